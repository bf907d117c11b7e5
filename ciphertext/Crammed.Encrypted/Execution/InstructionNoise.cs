using System.Collections.Concurrent;
using Crammed.Approximation;
using Crammed.Ckks;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Execution;

/// <summary>
/// The noise that instructions add on ciphertexts, beside what they make of the noise of their operands: standard deviations of one part
/// of a slot, in units of the message. Levels are a program's.
/// </summary>
public sealed class InstructionNoise : INoiseModel
{
    private readonly BootstrappingPlan? _bootstrapping;
    private readonly ConcurrentDictionary<double, double> _bootstraps = new();

    /// <param name="levels">levels of the program</param>
    /// <param name="bootstrapping">whose range is the largest of the program's, or null if no bootstrap is asked for</param>
    public InstructionNoise(CkksLevels levels, BootstrappingPlan? bootstrapping = null)
    {
        Levels = levels;
        Estimator = new NoiseEstimator(levels.Parameters);
        _bootstrapping = bootstrapping;
    }

    /// <summary>The engine's estimates.</summary>
    public NoiseEstimator Estimator { get; }

    public CkksLevels Levels { get; }

    /// <inheritdoc/>
    public double Fresh(int level) => NoiseEstimator.Together(
        Estimator.FreshSymmetric(Levels.ScaleAt(level)), Estimator.EncodeRounding(Levels.ScaleAt(level)));

    /// <inheritdoc/>
    public double Rescale(int level) => Estimator.Rescale(Levels.ScaleAt(level));

    /// <inheritdoc/>
    public double KeySwitch(int level) => Estimator.KeySwitch(Levels.OfCiphertext(level), Levels.ScaleAt(level));

    /// <summary>A sum of rotations: products with keys, and one division.</summary>
    /// <param name="level">level of the operands</param>
    /// <param name="count">rotations, or their mean over results</param>
    public double SumOfRotations(int level, double count) => NoiseEstimator.Together(
        Math.Sqrt(count) * Estimator.KeySwitchInnerProduct(Levels.OfCiphertext(level), Levels.ScaleAt(level)), Rescale(level));

    /// <inheritdoc/>
    public double Polynomial(PolynomialPlan plan, int level, double argument) =>
        Estimator.Polynomial(plan, Levels.OfCiphertext(level), Levels.ScaleAt(level), argument, error: 0);

    /// <summary>Relinearization and rescale of a sum of products.</summary>
    /// <param name="level">level of the operands</param>
    public double Product(int level) => Estimator.RelinearizeAndRescale(Levels.OfCiphertext(level), Levels.ScaleAt(level - 1));

    /// <summary>What the encoding of public slots is off by, at a level's canonical scale.</summary>
    public double Encoding(PublicSlots slots, int level)
    {
        var scale = Levels.ScaleAt(level);
        return slots.IsUniform
            ? Math.Abs(Math.Round(slots.Value * scale) / scale - slots.Value)
            : EncodingOf(EncodedSlots.PeriodOf(slots, Levels.Parameters.SlotCount), scale);
    }

    /// <summary>What the encoding of a plaintext of all slots is off by, at a level's canonical scale.</summary>
    public double Encoding(int level) => EncodingOf(Levels.Parameters.SlotCount, Levels.ScaleAt(level));

    /// <summary>
    /// What the encoding of n real slots, repeated, is off by in a slot: the polynomial of real slots has c_k = -c_(2n-k), and so have its
    /// roundings, so that all of their error is in the real parts: c_0, c_n = 0 and n - 1 pairs make a variance of (1 + 4 (n - 1) / 2) /
    /// 12.
    /// </summary>
    public static double EncodingOf(int slotCount, double scale) => Math.Sqrt((2.0 * slotCount - 1) / 12) / scale;

    /// <summary>
    /// A bootstrap of a noiseless vector in its range, whose slots are taken to be uniform in it; the noise in the imaginary parts of the
    /// vector that shares it is not in it.
    /// </summary>
    /// <exception cref="InvalidOperationException">there is no bootstrapping</exception>
    public double Bootstrap(double range) => _bootstraps.GetOrAdd(range, key =>
        BootstrapParts(new SlotEstimate(Levels.Lowest, Levels.ScaleAt(0), key / Math.Sqrt(3), 0), key, parts: null).Real);

    /// <summary>The errors after a bootstrap of one of two vectors, or of one alone.</summary>
    /// <param name="operand">the vector</param>
    /// <param name="range">its range</param>
    /// <param name="parts">a sample of its slots, or null for uniform ones</param>
    /// <exception cref="InvalidOperationException">there is no bootstrapping</exception>
    internal NoiseParts BootstrapParts(SlotEstimate operand, double range, IReadOnlyList<double>? parts)
    {
        var plan = _bootstrapping ?? throw new InvalidOperationException("noise: there is no bootstrapping plan");
        var estimate = Estimator.Bootstrap(plan, operand, parts, recombined: false, range);
        // The sum with the conjugate leaves no imaginary part of whatever was there before: EvalMod makes a new one.
        return new NoiseParts(estimate.Error, estimate.EvalMod);
    }
}
