namespace Crammed.Encrypted.Tests;

/// <summary>
/// A bound on the difference of two double-precision computations of one value, from first-order error analysis: each side rounds every
/// term of the result at most <paramref name="Count"/> times, by the unit roundoff each, and the terms' absolute values sum to at most
/// <paramref name="Magnitude"/> (Higham, Accuracy and Stability of Numerical Algorithms, lemma 3.1).
/// </summary>
internal sealed record Rounding(double Count, double Magnitude)
{
    public const double Unit = 1.0 / (1L << 53);

    /// <summary>Values that are only copied.</summary>
    public static Rounding None { get; } = new(0, 0);

    /// <summary>Two sides, and a hundredth for what first order leaves out.</summary>
    public double Tolerance => 2.02 * Count * Unit * Magnitude;
}
