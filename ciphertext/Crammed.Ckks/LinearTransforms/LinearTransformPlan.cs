using System.Globalization;
using System.Numerics;

namespace Crammed.Ckks;

/// <summary>
/// How a linear map with given diagonals is evaluated at a level: each diagonal index k is split into a baby step b and a giant step
/// g = k - b (Halevi, Shoup 2018), y = Σ_g rot_g(Σ_b rot_-g(d_(g+b)) rot_b(x)). Says before any key is made which keys it
/// takes, and what it costs. Immutable; evaluated by <see cref="Evaluator.Transform"/>.
/// </summary>
/// <remarks>
/// With s the largest power of two that divides all indices, baby steps are the multiples of s below s m, giant steps the multiples of
/// s m, m = <see cref="BabyStepBound"/>. Any m >= 1 is correct. <see cref="Candidates"/> are the powers of two, so that plans share keys.
/// </remarks>
public sealed class LinearTransformPlan
{
    /// <summary>
    /// What a pass over one limb costs (a multiply-add with a streamed key or diagonal, a permutation) in transforms of one limb: measured
    /// at N = 2^14 over nine ciphertext limbs, where the model's differences between splits are those of the times.
    /// </summary>
    private const double PassCost = 0.25;

    private readonly Dictionary<int, int[]> _babyStepsOf;

    /// <param name="parameters">the parameter set</param>
    /// <param name="period">n, the length of the diagonals: a power of two of at most N/2</param>
    /// <param name="diagonals">indices of the nonzero diagonals, modulo n</param>
    /// <param name="level">level of the operand, at least 1; the result is one below</param>
    /// <param name="babyStepBound">m, or null for the candidate of the least <see cref="Cost"/></param>
    /// <exception cref="ArgumentException">a value out of range, or no diagonals</exception>
    public LinearTransformPlan(
        CkksParameters parameters, int period, IEnumerable<int> diagonals, int level, int? babyStepBound = null)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(diagonals);
        Parameters = parameters;
        Level = parameters.CheckLevel(level);
        if (level == 0)
            throw new ArgumentOutOfRangeException(nameof(level), level, "a linear transform takes one level: level 1 is the lowest");
        if (period < 1 || !BitOperations.IsPow2(period) || period > parameters.SlotCount)
        {
            throw new ArgumentException(
                $"the period of a linear transform is a power of two of at most {parameters.SlotCount}, not {period}", nameof(period));
        }
        if (babyStepBound < 1)
            throw new ArgumentOutOfRangeException(nameof(babyStepBound), babyStepBound, "there is at least one baby step");
        Period = period;
        Diagonals = [.. diagonals.Select(index => GeneralizedDiagonals.Modulo(index, period)).Distinct().Order()];
        if (Diagonals.Count == 0)
            throw new ArgumentException("a linear transform needs a diagonal", nameof(diagonals));
        Stride = Diagonals.Aggregate(period, (stride, index) => (stride | index) & -(stride | index));
        BabyStepBound = babyStepBound ?? Bounds().MinBy(CostOf);
        _babyStepsOf = Split(BabyStepBound);
        GiantSteps = [.. _babyStepsOf.Keys.Order()];
        BabySteps = [.. _babyStepsOf.Values.SelectMany(steps => steps).Distinct().Order()];
    }

    public CkksParameters Parameters { get; }

    /// <summary>Level of the operand; higher ones are lowered to it at no cost.</summary>
    public int Level { get; }

    /// <summary>Levels that the transform takes.</summary>
    public int Depth => 1;

    /// <summary>n: the operand's slots repeat with this period.</summary>
    public int Period { get; }

    /// <summary>Indices of the nonzero diagonals in [0, n), ascending.</summary>
    public IReadOnlyList<int> Diagonals { get; }

    /// <summary>s: the largest power of two that divides every index and n.</summary>
    public int Stride { get; }

    /// <summary>m: baby steps are multiples of s below s m.</summary>
    public int BabyStepBound { get; }

    /// <summary>Rotations of the operand, ascending; zero among them if it is used as it is.</summary>
    public IReadOnlyList<int> BabySteps { get; }

    /// <summary>Rotations of the inner sums, ascending.</summary>
    public IReadOnlyList<int> GiantSteps { get; }

    /// <summary>The rotation keys needed, each with the level that it must serve; none for a step of zero.</summary>
    public IReadOnlyList<(int Steps, int Level)> Rotations =>
        [.. BabySteps.Concat(GiantSteps).Where(step => step != 0).Distinct().Order().Select(step => (step, Level))];

    /// <summary>Inner products with a key: one for each baby and each giant step but zero.</summary>
    public int KeySwitchCount => RotatedBabies + RotatedGiants;

    /// <summary>Decompositions into digits: one for all baby steps, and one for each giant step but zero.</summary>
    public int DecompositionCount => Math.Min(RotatedBabies, 1) + RotatedGiants;

    /// <summary>
    /// Divisions of one polynomial by P: one for each giant step but zero, and two at the end, which rescale as well.
    /// </summary>
    public int ModDownCount => RotatedGiants + 2;

    /// <summary>Bytes of the encoded diagonals.</summary>
    public long DiagonalBytes => (long)Diagonals.Count * ExtendedLimbs * Parameters.N * sizeof(double);

    /// <summary>Bytes of the rotation keys, cut to <see cref="Level"/>.</summary>
    public long KeyBytes => Rotations.Count * SwitchingKey.BytesAt(Parameters, Level);

    /// <summary>Estimated time of one evaluation in forward transforms of one limb.</summary>
    public double Cost => CostOf(BabyStepBound);

    private int RotatedBabies => BabySteps.Count(step => step != 0);

    private int RotatedGiants => GiantSteps.Count(step => step != 0);

    private int ExtendedLimbs => SwitchingKey.LimbsPerDigit(Parameters, Level);

    /// <summary>
    /// The plans whose m is a power of two, m = 1 (no baby steps) to m = n/s (no giant steps): what to choose from by bytes of
    /// keys, or by the keys that other plans need anyway.
    /// </summary>
    public IEnumerable<LinearTransformPlan> Candidates() =>
        Bounds().Select(bound => new LinearTransformPlan(Parameters, Period, Diagonals, Level, bound));

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"linear transform of {Diagonals.Count} diagonals, period {Period}, level {Level}: {BabySteps.Count} baby steps, "
        + $"{GiantSteps.Count} giant steps, {KeySwitchCount} key switches, {DecompositionCount} decompositions, {ModDownCount} "
        + $"divisions by P, {Rotations.Count} keys of {KeyBytes / 1048576.0:F1} MiB, diagonals of {DiagonalBytes / 1048576.0:F1} MiB");

    /// <summary>Whether the operand is rotated before it is multiplied by this diagonal.</summary>
    internal bool HasBabyStep(int diagonal) => BabyStepOf(diagonal, BabyStepBound) != 0;

    /// <summary>The baby steps that go with a giant step, ascending.</summary>
    internal IReadOnlyList<int> BabyStepsOf(int giantStep) => _babyStepsOf[giantStep];

    private IEnumerable<int> Bounds()
    {
        for (var bound = 1; bound <= Period / Stride; bound *= 2)
            yield return bound;
    }

    private Dictionary<int, int[]> Split(int bound) => Diagonals
        .GroupBy(index => index - BabyStepOf(index, bound), index => BabyStepOf(index, bound))
        .ToDictionary(group => group.Key, group => group.Order().ToArray());

    private int BabyStepOf(int index, int bound) => (int)(index % ((long)Stride * bound));

    /// <summary>
    /// A baby step is an inner product with a key and a permutation modulo QP. A giant step is that, and a division by P and a
    /// decomposition with their transforms before it. Products with diagonals are the same for every split.
    /// </summary>
    private double CostOf(int bound)
    {
        var babies = Diagonals.Select(index => BabyStepOf(index, bound)).Where(step => step != 0).Distinct().Count();
        var giants = Diagonals.Select(index => index - BabyStepOf(index, bound)).Where(step => step != 0).Distinct().Count();
        int limbs = Level + 1, special = Parameters.SpecialModuli.Count, digits = Parameters.DigitCount(Level);
        double decomposition = digits * ExtendedLimbs;
        var switching = PassCost * (2 * digits + 2) * ExtendedLimbs;
        double division = special + limbs;
        var products = PassCost * 2 * ExtendedLimbs * Diagonals.Count;
        return products + babies * switching + giants * (division + decomposition + switching)
            + (babies > 0 ? decomposition : 0) + 2 * division;
    }
}
