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
    private const double LargestRange = 1 << 20;

    /// <summary>
    /// log2 of what an error is multiplied by before it is bootstrapped. One bootstrap is off by less than 2^-16 of the range, so this leaves
    /// the enlarged error well inside of it.
    /// </summary>
    internal const int Log2ErrorGain = 14;

    /// <param name="parameters">a set with bootstrapping</param>
    /// <param name="slots">n, the period of the slots: a power of two from 2 to N/2; 0 means N/2</param>
    /// <param name="range">the largest size of a real or imaginary part of a slot, 2^-20 to 2^20. The message is scaled down by it and back up,
    /// by constants that are there anyway: errors are those of the unit range times this.</param>
    /// <param name="iterations">1, or 2 to bootstrap the error of the first result too (Meta-BTS; Bae, Cheon, Cho, Kim, Kim 2022): twice
    /// the time, no more keys, and an error near that of one rescale at the output's scale</param>
    /// <exception cref="ArgumentException">the set cannot bootstrap, or slots, range or iterations are out of range</exception>
    public BootstrappingPlan(CkksParameters parameters, int slots = 0, double range = 1, int iterations = 1)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        if (!(range >= 1 / LargestRange && range <= LargestRange))
            throw new ArgumentOutOfRangeException(nameof(range), range, "the range of a bootstrap lies between 2^-20 and 2^20");
        if (iterations is not (1 or 2))
            throw new ArgumentOutOfRangeException(nameof(iterations), iterations, "a bootstrap has 1 or 2 iterations");
        Parameters = parameters;
        Slots = slots == 0 ? parameters.SlotCount : slots;
        Range = range;
        Iterations = iterations;
        EvalMod = new EvalModPlan(parameters, range);
        SlotsToCoeffs = EmbeddingPlan.ForBootstrapping(parameters, EmbeddingDirection.SlotsToCoeffs, Slots);
        CoeffsToSlots = EmbeddingPlan.ForBootstrapping(parameters, EmbeddingDirection.CoeffsToSlots, Slots);
    }

    public CkksParameters Parameters { get; }

    /// <summary>n: slots repeat with this period.</summary>
    public int Slots { get; }

    /// <summary>The largest size of a real or imaginary part of a slot.</summary>
    public double Range { get; }

    /// <summary>1, or 2 if the error of a first bootstrap is bootstrapped too.</summary>
    public int Iterations { get; }

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

    /// <summary>The constant of SlotsToCoeffs: what <see cref="ScaleUp"/> misses the raised scale by, over the range.</summary>
    internal double SlotsToCoeffsConstant => RaisedScale / (ScaleUp * Parameters.ScaleAt(InputLevel)) / Range;

    /// <summary>
    /// The constant of CoeffsToSlots: x = I + m / ratio becomes x / K, halved since both parts are sums with the conjugate, of one copy of the
    /// slots, at the canonical scale of EvalMod's level instead of q_0.
    /// </summary>
    internal double CoeffsToSlotsConstant =>
        Parameters.ScaleAt(EvalMod.InputLevel) / Parameters.Moduli[0] / (2 * EvalMod.Bound * Repetitions);

    /// <summary>
    /// The passes over keys that one call makes, however many ciphertexts it takes, in their order, each with the level of the ciphertexts:
    /// relinearizations all at the highest of EvalMod's, which is a bound from above.
    /// </summary>
    public IReadOnlyList<(EvaluationKeyKind Kind, int Steps, int Level)> KeyPasses =>
    [
        .. SlotsToCoeffs.Factors.SelectMany(PassesOf),
        (EvaluationKeyKind.DenseToEphemeral, 0, 0), (EvaluationKeyKind.EphemeralToDense, 0, Parameters.MaxLevel),
        .. CoeffsToSlots.Factors.SelectMany(PassesOf),
        (EvaluationKeyKind.Conjugation, 0, ConjugationLevel),
        .. Enumerable.Repeat(
            (EvaluationKeyKind.Relinearization, 0, RelinearizationLevel),
            EvalMod.CosinePlan.ProductCount + EvalMod.DoubleAngles + EvalMod.CorrectionPlan.ProductCount),
    ];

    /// <summary>The integer that a message of a smaller range is multiplied by, so that it fills the plan's.</summary>
    /// <exception cref="ArgumentException">the plan's range is not a multiple of it</exception>
    internal long LiftOf(double range)
    {
        var lift = Range / range;
        return range > 0 && lift >= 1 && lift <= LargestRange * LargestRange && lift == Math.Floor(lift)
            ? (long)lift
            : throw new ArgumentException(
                $"a bootstrap of range {Range:G6} takes ranges that it is a multiple of, {range:G6} is not one", nameof(range));
    }

    /// <summary>Looks at the manifest only: no key is loaded.</summary>
    /// <exception cref="InvalidOperationException">keys are missing, or serve lower levels only; the message names the first</exception>
    internal void CheckKeys(EvaluationKeys keys)
    {
        Dictionary<(EvaluationKeyKind, int), int> found = keys.Manifest.ToDictionary(key => (key.Kind, key.Steps), key => key.Level);
        (EvaluationKeyKind Kind, int Steps, int Level)[] needed =
        [
            (EvaluationKeyKind.Relinearization, 0, RelinearizationLevel),
            (EvaluationKeyKind.Conjugation, 0, ConjugationLevel),
            (EvaluationKeyKind.DenseToEphemeral, 0, 0),
            (EvaluationKeyKind.EphemeralToDense, 0, Parameters.MaxLevel),
            .. Rotations.Select(rotation => (EvaluationKeyKind.Rotation, rotation.Steps, rotation.Level)),
        ];
        var missing = needed.Where(key => found.GetValueOrDefault((key.Kind, key.Steps), -1) < key.Level).ToArray();
        if (missing.Length == 0)
            return;
        (var kind, var steps, var level) = missing[0];
        var which = kind == EvaluationKeyKind.Rotation ? $"{kind} by {steps}" : $"{kind}";
        var there = found.TryGetValue((kind, steps), out var lower) ? $"there is one for levels up to {lower}" : "there is none";
        throw new InvalidOperationException(
            $"{nameof(Bootstrapper)}: {missing.Length} of {needed.Length} keys are missing, the first of them {which} for level {level}: {there}");
    }

    private static IEnumerable<(EvaluationKeyKind Kind, int Steps, int Level)> PassesOf(LinearTransformPlan factor) =>
        factor.Rotations.Select(rotation => (EvaluationKeyKind.Rotation, rotation.Steps, rotation.Level));

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"bootstrap of {Slots} slots of range {Range:G6} in {Iterations} iterations under {Parameters.Name}: from level {InputLevel} to {OutputLevel}, {UsableLevels} usable levels, "
        + $"{Rotations.Count} rotation keys\n{SlotsToCoeffs}\n{CoeffsToSlots}\n{EvalMod}");
}
