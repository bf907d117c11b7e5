namespace Crammed.Ckks;

/// <summary>A part of a mixture: an error with Laplace's distribution around a bias of either sign.</summary>
/// <param name="Weight">its probability</param>
/// <param name="Variance">of the distribution</param>
/// <param name="Bias">its mean, up to the sign</param>
internal readonly record struct ErrorComponent(double Weight, double Variance, double Bias)
{
    /// <summary>The weight times the probability that the error passes a threshold in size.</summary>
    public double TailProbability(double threshold)
    {
        double rate = Math.Sqrt(2 / Variance), bias = Math.Abs(Bias);
        var beyond = Upper(rate * (threshold - bias)) + Upper(rate * (threshold + bias));
        return Weight * beyond;
    }

    /// <summary>The probability that a Laplace variable of rate 1 passes t.</summary>
    private static double Upper(double t) => t > 0 ? Math.Exp(-t) / 2 : 1 - Math.Exp(t) / 2;
}
