using Crammed.Ckks.Tests.Scheme;

namespace Crammed.Ckks.Tests.Bootstrapping;

/// <summary>Compares the errors of bootstraps with a <see cref="BootstrapEstimate"/>, in bounds that follow from it.</summary>
internal static class BootstrapAssert
{
    /// <summary>
    /// Asserts that no error is beyond the bound that any of them passes with probability 2^-20, and that their mean square is within the
    /// quantiles of a chi-square variable of the estimate's degrees of freedom, between which it lies but for the same probability. So a
    /// fixture of a hundred of these fails once in 5000 runs.
    /// </summary>
    /// <param name="errors">of both parts of all slots, for each bootstrap of one message under one key</param>
    /// <param name="estimate">what is expected of each</param>
    public static void AreAsEstimated(IReadOnlyList<double[]> errors, BootstrapEstimate estimate)
    {
        var meanSquare = errors.Average(ofOne => ofOne.Average(error => error * error));
        var largest = errors.Max(ofOne => ofOne.Max(Math.Abs));
        var bound = estimate.LargestBound(errors.Sum(ofOne => ofOne.Length));
        var freedom = estimate.DegreesOfFreedom(errors.Count);
        TestContext.Out.WriteLine(
            $"{Bits(Math.Sqrt(meanSquare))} bits rms, estimated {Bits(estimate.Error)}, {freedom:F0} degrees of freedom; "
            + $"{Bits(largest)} worst, expected {Bits(estimate.ExpectedLargest(errors.Sum(ofOne => ofOne.Length)))}, bound {Bits(bound)}");
        Assert.That(largest, Is.LessThan(bound), "largest error");
        (var low, var high) = ChiSquared.MeanBounds(freedom);
        Assert.That(meanSquare / (estimate.Error * estimate.Error), Is.InRange(low, high), "mean square over estimate");
    }

    /// <summary>-log2, for people.</summary>
    private static string Bits(double value) => $"{-Math.Log2(value):F2}";
}
