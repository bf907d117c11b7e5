using System.Globalization;
using System.Numerics;

namespace Crammed.Ckks;

/// <summary>Which way an <see cref="EmbeddingPlan"/> goes.</summary>
public enum EmbeddingDirection
{
    /// <summary>What was in the slots becomes the coefficients, in bit-reversed order.</summary>
    SlotsToCoeffs,

    /// <summary>What was in the coefficients, in bit-reversed order, becomes the slots.</summary>
    CoeffsToSlots,
}

/// <summary>
/// CoeffsToSlots or SlotsToCoeffs, the embedding on ciphertexts (Cheon, Han, Kim, Kim, Song 2018), as a product of factors with few
/// diagonals, one level each (Chen, Chillotti, Song 2019; Bossuat, Mouchet, Troncoso-Pastoriza, Hubaux 2021, section 5). Says which keys
/// and how much memory it takes before any is made. Immutable; encoded by <see cref="EmbeddingTransform"/>.
/// </summary>
/// <remarks>
/// Order: let rev reverse the log2(n) bits of an index. SlotsToCoeffs takes slots z to a polynomial of complex coefficients
/// w_rev(i) = z_i: its coefficient rev(i) is the real part of z_i, and coefficient N/2 + rev(i) the imaginary part. CoeffsToSlots takes
/// such a polynomial back to the slots z. So where the modulus is raised in between, slots come out in the order in which they went in.
/// (Where CoeffsToSlots comes first, coefficients lie in slots in bit-reversed order, and SlotsToCoeffs takes them back from there.)
///
/// Sparse packing, n &lt; N/2: slots repeat with period n, and only coefficients of the subring in X^g, g = N/(2n), are not zero: g rev(i)
/// and N/2 + g rev(i). What raising the modulus adds is not in the subring: <see cref="Evaluator.InnerSum"/> of g slots at stride n makes
/// it g times its part there (SubSum in Cheon, Han, Kim, Kim, Song 2018), and 1/g belongs into the constant of CoeffsToSlots.
///
/// Slots of CoeffsToSlots are complex, real and imaginary part of each being one coefficient. The parts are (z + z*)/2 and -i(z - z*)/2
/// with the conjugate z*, for full and for sparse slots; their 1/2 belongs into the constant too.
/// </remarks>
public sealed class EmbeddingPlan
{
    private readonly EmbeddingFactor[] _factors;

    /// <param name="parameters">the parameter set</param>
    /// <param name="direction">CoeffsToSlots or SlotsToCoeffs</param>
    /// <param name="slots">n, the period of the slots: a power of two from 2 to N/2</param>
    /// <param name="level">level of the operand; each factor takes one</param>
    /// <param name="stages">
    /// how many of the log2(n) stages each factor merges, in the order in which they are applied: SlotsToCoeffs begins with the stage of
    /// the smallest blocks, CoeffsToSlots with that of the largest
    /// </param>
    /// <param name="objective">
    /// which split of each factor in baby and giant steps to take: the candidate for which this is least. By default
    /// <see cref="LinearTransformPlan.Cost"/>; <see cref="LinearTransformPlan.KeyBytes"/> for the least memory.
    /// </param>
    /// <exception cref="ArgumentException">direction, slots, level or stages out of range, or stages that do not add up to
    /// log2(n)</exception>
    public EmbeddingPlan(
        CkksParameters parameters, EmbeddingDirection direction, int slots, int level, IReadOnlyList<int> stages,
        Func<LinearTransformPlan, double>? objective = null)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(stages);
        if (!Enum.IsDefined(direction))
            throw new ArgumentOutOfRangeException(nameof(direction), direction, "an embedding goes from coefficients to slots or back");
        CheckSlots(parameters, slots);
        CheckStages(slots, stages);
        Parameters = parameters;
        Direction = direction;
        Slots = slots;
        Level = parameters.CheckLevel(level);
        Stages = [.. stages];
        if (level < stages.Count)
        {
            throw new ArgumentOutOfRangeException(
                nameof(level), level,
                $"{direction} in {stages.Count} factors takes as many levels, {stages.Count - level} more than there are");
        }
        _factors = [.. MergeStages()];
        Factors = [.. _factors.Select((factor, i) => PlanOf(factor, level - i, objective))];
    }

    public CkksParameters Parameters { get; }

    public EmbeddingDirection Direction { get; }

    /// <summary>n: the operand's slots repeat with this period.</summary>
    public int Slots { get; }

    /// <summary>Level of the operand; higher ones are lowered to it at no cost.</summary>
    public int Level { get; }

    /// <summary>Levels that the transform takes: one for each factor.</summary>
    public int Depth => Factors.Count;

    /// <summary>Stages that each factor merges, in the order in which they are applied.</summary>
    public IReadOnlyList<int> Stages { get; }

    /// <summary>The plan of each factor, in the order in which they are applied, at levels <see cref="Level"/>, Level - 1, ...</summary>
    public IReadOnlyList<LinearTransformPlan> Factors { get; }

    /// <summary>The rotation keys needed, each with the highest level that it must serve, ascending.</summary>
    public IReadOnlyList<(int Steps, int Level)> Rotations =>
        [.. Factors.SelectMany(factor => factor.Rotations)
            .GroupBy(rotation => rotation.Steps, rotation => rotation.Level)
            .Select(group => (Steps: group.Key, Level: group.Max()))
            .OrderBy(rotation => rotation.Steps)];

    /// <summary>Bytes of the rotation keys, each cut to its level; a key that several factors use counts once.</summary>
    public long KeyBytes => Rotations.Sum(rotation => SwitchingKey.BytesAt(Parameters, rotation.Level));

    /// <summary>Bytes of the encoded diagonals.</summary>
    public long DiagonalBytes => Factors.Sum(factor => factor.DiagonalBytes);

    /// <summary>Estimated time of one evaluation in forward transforms of one limb.</summary>
    public double Cost => Factors.Sum(factor => factor.Cost);

    /// <summary>
    /// The plan of a parameter set for bootstrapping, with stages shared out evenly: SlotsToCoeffs ends at level 0, CoeffsToSlots begins at
    /// the highest level. Of few slots it takes no more levels than there are stages.
    /// </summary>
    /// <exception cref="ArgumentException">the set has no levels for bootstrapping, or slots are out of range</exception>
    public static EmbeddingPlan ForBootstrapping(
        CkksParameters parameters, EmbeddingDirection direction, int slots, Func<LinearTransformPlan, double>? objective = null)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        var literal = parameters.Literal.Bootstrapping
            ?? throw new ArgumentException($"{parameters.Name} has no levels for bootstrapping", nameof(parameters));
        CheckSlots(parameters, slots);
        var descends = direction == EmbeddingDirection.SlotsToCoeffs;
        var levels = Math.Min(descends ? literal.SlotsToCoeffsLevels : literal.CoeffsToSlotsLevels, BitOperations.Log2((uint)slots));
        var level = descends ? levels : parameters.MaxLevel;
        return new EmbeddingPlan(parameters, direction, slots, level, EvenStages(direction, slots, levels), objective);
    }

    /// <summary>
    /// log2(n) stages shared out over factors as evenly as possible. The factors of the largest blocks get the stages that are left over:
    /// the one of the whole vector has half as many diagonals as others.
    /// </summary>
    /// <exception cref="ArgumentException">slots are no power of two from 2 up, or there are not 1 to log2(slots) levels</exception>
    public static IReadOnlyList<int> EvenStages(EmbeddingDirection direction, int slots, int levels)
    {
        if (slots < 2 || !BitOperations.IsPow2(slots))
            throw new ArgumentException($"the slots of an embedding are a power of two from 2 up, not {slots}", nameof(slots));
        var total = BitOperations.Log2((uint)slots);
        if (levels < 1 || levels > total)
            throw new ArgumentOutOfRangeException(nameof(levels), levels, $"{total} stages are shared out over 1 to {total} levels");
        var largestFirst = Enumerable.Range(0, levels).Select(i => total / levels + (i < total % levels ? 1 : 0));
        return [.. direction == EmbeddingDirection.CoeffsToSlots ? largestFirst : largestFirst.Reverse()];
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Direction} of {Slots} slots from level {Level} in {Depth} levels of {string.Join('+', Stages)} stages: "
        + $"{Factors.Sum(factor => factor.Diagonals.Count)} diagonals of {DiagonalBytes / 1048576.0:F1} MiB, "
        + $"{Factors.Sum(factor => factor.KeySwitchCount)} key switches, {Rotations.Count} keys of {KeyBytes / 1048576.0:F1} MiB");

    /// <summary>The map of a factor, times a constant.</summary>
    internal GeneralizedDiagonals DiagonalsOf(int factor, double constant) => _factors[factor].Diagonals(constant);

    private IEnumerable<EmbeddingFactor> MergeStages()
    {
        var half = Direction == EmbeddingDirection.SlotsToCoeffs ? 1 : Slots;
        foreach (var count in Stages)
        {
            if (Direction == EmbeddingDirection.CoeffsToSlots)
                half >>= count;
            yield return new EmbeddingFactor(Direction, Slots, half, count);
            if (Direction == EmbeddingDirection.SlotsToCoeffs)
                half <<= count;
        }
    }

    private LinearTransformPlan PlanOf(EmbeddingFactor factor, int level, Func<LinearTransformPlan, double>? objective)
    {
        var plan = new LinearTransformPlan(Parameters, Slots, factor.Indices, level);
        return objective is null ? plan : plan.Candidates().MinBy(objective)!;
    }

    private static void CheckSlots(CkksParameters parameters, int slots)
    {
        if (slots < 2 || slots > parameters.SlotCount || !BitOperations.IsPow2(slots))
        {
            throw new ArgumentException(
                $"the slots of an embedding are a power of two from 2 to {parameters.SlotCount}, not {slots}", nameof(slots));
        }
    }

    private static void CheckStages(int slots, IReadOnlyList<int> stages)
    {
        var total = BitOperations.Log2((uint)slots);
        if (stages.Any(count => count < 1) || stages.Sum() != total)
        {
            throw new ArgumentException(
                $"{slots} slots have {total} stages; factors of {string.Join('+', stages)} are not a split of these", nameof(stages));
        }
    }
}
