using System.Globalization;

namespace Crammed.Ckks;

/// <summary>
/// A bootstrap of a parameter set, before any key is made: its parts, the levels that they take, and the keys that they need.
/// </summary>
/// <remarks>
/// Order of the parts: SlotsToCoeffs at the bottom of the chain, ModRaise, CoeffsToSlots at its top, EvalMod of real and imaginary parts. So the
/// message sits in coefficients while the modulus is raised, and its bound is that of its slots, whatever its structure.
/// </remarks>
public sealed class BootstrappingPlan
{
    /// <param name="parameters">a set with bootstrapping</param>
    /// <param name="slots">n, the period of the slots: a power of two from 2 to N/2; 0 means N/2</param>
    /// <exception cref="ArgumentException">the set cannot bootstrap, or slots are out of range</exception>
    public BootstrappingPlan(CkksParameters parameters, int slots = 0)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        Parameters = parameters;
        Slots = slots == 0 ? parameters.SlotCount : slots;
        EvalMod = new EvalModPlan(parameters);
        SlotsToCoeffs = EmbeddingPlan.ForBootstrapping(parameters, EmbeddingDirection.SlotsToCoeffs, Slots);
        CoeffsToSlots = EmbeddingPlan.ForBootstrapping(parameters, EmbeddingDirection.CoeffsToSlots, Slots);
    }

    public CkksParameters Parameters { get; }

    /// <summary>n: slots repeat with this period.</summary>
    public int Slots { get; }

    public EmbeddingPlan SlotsToCoeffs { get; }

    public EvalModPlan EvalMod { get; }

    public EmbeddingPlan CoeffsToSlots { get; }

    /// <summary>The lowest level that a ciphertext may enter at.</summary>
    public int InputLevel => SlotsToCoeffs.Level;

    /// <summary>The level that it comes out at.</summary>
    public int OutputLevel => EvalMod.OutputLevel;

    /// <summary>Levels to compute with between two bootstraps.</summary>
    public int UsableLevels => OutputLevel - InputLevel;

    /// <summary>How many copies of the slots a ciphertext holds; their sum takes rotations of its own.</summary>
    public int Repetitions => Parameters.SlotCount / Slots;

    /// <summary>The rotation keys needed, each with the highest level that it must serve, ascending.</summary>
    public IReadOnlyList<(int Steps, int Level)> Rotations =>
    [
        .. SlotsToCoeffs.Rotations.Concat(CoeffsToSlots.Rotations)
            .Concat(Evaluator.InnerSumRotations(Parameters, Repetitions, Slots).Select(steps => (Steps: steps, Level: Parameters.MaxLevel)))
            .GroupBy(rotation => rotation.Steps, rotation => rotation.Level)
            .Select(group => (Steps: group.Key, Level: group.Max())).OrderBy(rotation => rotation.Steps),
    ];

    /// <summary>Level of the conjugation key: real and imaginary parts are told apart before EvalMod.</summary>
    public int ConjugationLevel => EvalMod.InputLevel;

    /// <summary>Level of the relinearization key.</summary>
    public int RelinearizationLevel => EvalMod.InputLevel;

    /// <summary>What a coefficient at the canonical scale of the lowest level is multiplied by, an integer, before the modulus is raised.</summary>
    internal long ScaleUp => (long)Math.Max(1, Math.Round(RaisedScale / Parameters.ScaleAt(InputLevel)));

    /// <summary>The scale at which messages are raised: q_0 / ratio.</summary>
    internal double RaisedScale => Parameters.Moduli[0] / EvalMod.Ratio;

    /// <summary>The constant of SlotsToCoeffs: what <see cref="ScaleUp"/> misses the raised scale by.</summary>
    internal double SlotsToCoeffsConstant => RaisedScale / (ScaleUp * Parameters.ScaleAt(InputLevel));

    /// <summary>
    /// The constant of CoeffsToSlots: x = I + m / ratio becomes x / K, halved since both parts are sums with the conjugate, of one copy of the
    /// slots, at the canonical scale of EvalMod's level instead of q_0.
    /// </summary>
    internal double CoeffsToSlotsConstant =>
        Parameters.ScaleAt(EvalMod.InputLevel) / Parameters.Moduli[0] / (2 * EvalMod.Bound * Repetitions);

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"bootstrap of {Slots} slots under {Parameters.Name}: from level {InputLevel} to {OutputLevel}, {UsableLevels} usable levels, "
        + $"{Rotations.Count} rotation keys\n{SlotsToCoeffs}\n{CoeffsToSlots}\n{EvalMod}");
}
