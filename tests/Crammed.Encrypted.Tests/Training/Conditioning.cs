namespace Crammed.Encrypted.Tests.Training;

/// <summary>
/// Tolerances for long computations, whose conditioning is measured rather than derived: rounding errors of a smooth computation are
/// proportional to the unit roundoff, so the difference that single precision makes, 2^-29 times, is what double precision makes.
/// </summary>
internal static class Conditioning
{
    /// <summary>
    /// Another order of the same operations can round worse: sums in the circuit run over all slots one by one where the library adds
    /// in blocks. Single-precision errors of one run are one sample of their distribution, of which the largest entry counts.
    /// </summary>
    private const double Safety = 64;

    /// <summary>Bound on the largest difference between two double-precision computations of the same values.</summary>
    public static double Tolerance(double[] inDouble, double[] inSingle) =>
        Safety * Math.ScaleB(inDouble.Zip(inSingle, (exact, rounded) => Math.Abs(exact - rounded)).Max(), -29);
}
