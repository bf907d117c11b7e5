using System.Globalization;

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

/// <summary>
/// What <see cref="NoiseEstimator.Bootstrap"/> expects of a bootstrap. Errors are standard deviations (root mean squares) in units of
/// the message: of a coefficient while the message is in the coefficients, of each part of a slot elsewhere.
/// </summary>
/// <remarks>
/// Distribution of the result's error: with the integers I and J that EvalMod meets in the real and in the imaginary half of a slot its
/// standard deviation is known. Rescales are roundings times the secret, and all of them see the same secret in a slot, so that their sum
/// follows Laplace's distribution as each does (<see cref="NoiseEstimator"/>). What the transforms have mixed from many slots is nearly
/// Gaussian instead; it is counted to the same distribution, whose tail is heavier. So probabilities are those of a mixture of Laplace
/// distributions over I, J and the message's parts, and bounds from above where they are small.
/// </remarks>
public sealed class BootstrapEstimate
{
    private readonly IReadOnlyList<ErrorComponent> _components;
    private readonly int _slots;
    private readonly int _slotCount;

    internal BootstrapEstimate(SlotEstimate result, IReadOnlyList<ErrorComponent> components, int slots, int slotCount)
    {
        (_components, _slots, _slotCount) = (components, slots, slotCount);
        Noise = Math.Sqrt(Mean(component => component.Variance));
        Approximation = Math.Sqrt(Mean(component => component.Bias * component.Bias));
        Result = result with { Error = Error };
    }

    /// <summary>The ciphertext that comes out, with <see cref="Error"/>.</summary>
    public SlotEstimate Result { get; }

    /// <summary>In a coefficient after SlotsToCoeffs, with the operand's error.</summary>
    public required double SlotsToCoeffs { get; init; }

    /// <summary>In a coefficient of the raised ciphertext.</summary>
    public required double ModRaise { get; init; }

    /// <summary>
    /// In each part of a slot that EvalMod takes, after CoeffsToSlots and the sums with the conjugate. The key switch of the conjugation is
    /// not in it: its error comes with opposite signs to the real and to the imaginary half, and the recombination cancels it.
    /// </summary>
    public required double CoeffsToSlots { get; init; }

    /// <summary>
    /// Of the cosine, not of the message: before the first and after each double angle, without the error of the argument, in one half.
    /// </summary>
    public required IReadOnlyList<double> Cosines { get; init; }

    /// <summary>What EvalMod adds, its correction included, in both halves together.</summary>
    public required double EvalMod { get; init; }

    /// <summary><see cref="CoeffsToSlots"/> and <see cref="EvalMod"/> together: new in every bootstrap.</summary>
    public double Noise { get; }

    /// <summary>
    /// Of the polynomials themselves: of the cosine's fit, which depends on I, and of the arcsine's series, which is the same in every
    /// bootstrap of the same message.
    /// </summary>
    public double Approximation { get; }

    /// <summary><see cref="Noise"/> and <see cref="Approximation"/> together.</summary>
    public double Error => NoiseEstimator.Together(Noise, Approximation);

    /// <summary>The probability that the error of a part of a slot passes a threshold in size; bounded by 1.</summary>
    public double TailProbability(double threshold) => _components.Sum(component => component.TailProbability(threshold));

    /// <summary>
    /// The expected largest error of many parts, where independent ones pass it exp(-γ) times (the mean of Gumbel's distribution; γ is
    /// Euler's constant).
    /// </summary>
    /// <param name="parts">how many: 2n for n slots</param>
    public double ExpectedLargest(int parts) => Threshold(Math.Exp(-0.5772156649015329) / parts);

    /// <summary>A bound that any of many parts passes with the given probability at most, dependent or not.</summary>
    /// <param name="parts">how many: 2n for n slots</param>
    /// <param name="probability">2^-20 unless given</param>
    public double LargestBound(int parts, double probability = 1.0 / (1 << 20)) => Threshold(probability / parts);

    /// <summary>
    /// ν such that the mean of all slots' squared errors has a relative variance of 2/ν, as that of ν independent Gaussian ones has
    /// (Satterthwaite 1946).
    /// </summary>
    /// <remarks>
    /// With a bias b and a variance v from the mixture, a part of a slot is b + sqrt(v E) Z with Z Gaussian and E exponential, the squared
    /// modulus of the secret in this slot, shared by both parts. So the squared modulus |e|^2 has a mean of 2μ = 2 E[v + b^2] and a mean
    /// square of 2 E[b^4] + 2 E[b^2]^2 + 16 E[v b^2] + 16 E[v^2]. Its variance comes from b and v; from E; and from Z. That from E stays in
    /// a mean over bootstraps under one secret. Sparse slots repeat with the period n: b, v and the argument's error (a squared modulus of
    /// relative variance 3 at most) are the same in all copies, and that variance is divided by n instead of N/2.
    /// </remarks>
    /// <param name="bootstraps">how many of independent ciphertexts the mean is taken over</param>
    public double DegreesOfFreedom(int bootstraps = 1)
    {
        double noise = Noise * Noise, bias = Approximation * Approximation;
        double bias4 = Mean(component => Math.Pow(component.Bias, 4)), noise2 = Mean(component => component.Variance * component.Variance);
        var mixed = Mean(component => component.Variance * component.Bias * component.Bias);
        var mean2 = 4 * (noise + bias) * (noise + bias);
        var argument = CoeffsToSlots * CoeffsToSlots * 2;
        var ofMixture = (2 * bias4 + 2 * bias * bias + 8 * mixed + 4 * noise2) / mean2 - 1 + 3 * argument * argument / mean2;
        var ofSecret = 4 * noise * noise / mean2;
        var ofRoundings = (8 * mixed + 12 * noise2 - 4 * noise * noise) / mean2;
        return 2 / (ofMixture / ((double)_slots * bootstraps) + (ofSecret + ofRoundings / bootstraps) / _slotCount);
    }

    /// <summary>In bits, -log2 of each error, for people.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"bits after SlotsToCoeffs {Bits(SlotsToCoeffs)}, ModRaise {Bits(ModRaise)}, CoeffsToSlots {Bits(CoeffsToSlots)}; of the cosine "
        + $"{string.Join(", ", Cosines.Select(Bits))}; of EvalMod {Bits(EvalMod)}, its polynomials {Bits(Approximation)}; "
        + $"together {Bits(Error)} rms, {Bits(ExpectedLargest(2 * _slotCount))} expected worst");

    private static string Bits(double error) => (-Math.Log2(error)).ToString("F1", CultureInfo.InvariantCulture);

    private double Mean(Func<ErrorComponent, double> value) => _components.Sum(component => component.Weight * value(component));

    private double Threshold(double probability)
    {
        double low = 0, high = Error;
        while (TailProbability(high) > probability)
            high *= 2;
        // To nine digits.
        for (var i = 0; i < 30; i++)
        {
            var middle = (low + high) / 2;
            (low, high) = TailProbability(middle) > probability ? (middle, high) : (low, middle);
        }
        return high;
    }
}
