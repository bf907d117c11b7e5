namespace Crammed.Ckks.Tests.Scheme;

/// <summary>Bounds of mean squares.</summary>
internal static class ChiSquared
{
    /// <summary>A Gaussian variable is beyond with probability 2^-20, half of it on either side.</summary>
    private const double GaussianQuantile = 4.9;

    /// <summary>
    /// The quantiles between which a chi-square variable over its degrees of freedom lies but for a probability of 2^-20 (Wilson, Hilferty
    /// 1931).
    /// </summary>
    public static (double Low, double High) MeanBounds(double freedom)
    {
        var variance = 2 / (9 * freedom);
        return (Cube(-GaussianQuantile), Cube(GaussianQuantile));

        // The lower one is next to nothing where the cube root is below zero.
        double Cube(double quantile) => Math.Pow(Math.Max(0, 1 - variance + quantile * Math.Sqrt(variance)), 3);
    }
}
