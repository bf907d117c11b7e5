using Crammed.Approximation;

namespace Crammed.Encrypted.Backends;

/// <summary>
/// A circuit without slots: vectors are their levels. Behind a <see cref="RecordingBackend"/> it says in moments what a run will take.
/// A refresh may ask for more levels than there are: the recorder shows how many.
/// </summary>
/// <param name="slotCount">Slots that the vectors stand for, a power of two.</param>
/// <param name="maxLevel">Level of a refreshed vector.</param>
public sealed class CostingBackend(int slotCount, int maxLevel) : ISlotBackend
{
    public int SlotCount => slotCount;

    public int MaxLevel => maxLevel;

    /// <summary>A vector at a level.</summary>
    public static SlotVector Load(int level) => new LevelVector(level);

    /// <summary>On the caller's thread: there is nothing to share out.</summary>
    public void ParallelFor(int count, Action<int> work)
    {
        for (var i = 0; i < count; i++)
            work(i);
    }

    public SlotVector Add(SlotVector a, SlotVector b) => Load(Math.Min(a.Level, b.Level));

    public SlotVector Subtract(SlotVector a, SlotVector b) => Add(a, b);

    public SlotVector Negate(SlotVector a) => Load(a.Level);

    public SlotVector AddConstant(SlotVector a, double constant) => Load(a.Level);

    public SlotVector MultiplyInteger(SlotVector a, long factor) => Load(a.Level);

    public SlotVector MultiplyScalar(SlotVector a, double factor) => Load(LevelRules.Below(nameof(MultiplyScalar), a.Level));

    public SlotVector SumOfPlainProducts(IReadOnlyList<SlotVector> a, IReadOnlyList<PlainSlots> plain) =>
        Load(LevelRules.BelowCommon(nameof(SumOfPlainProducts), a));

    public SlotVector SumOfProducts(IReadOnlyList<SlotVector> a, IReadOnlyList<SlotVector> b) =>
        Load(LevelRules.BelowCommon(nameof(SumOfProducts), a.Concat(b)));

    public SlotVector SumOfSquaredDifferences(IReadOnlyList<SlotVector> a, IReadOnlyList<SlotVector> b) =>
        Load(LevelRules.BelowCommon(nameof(SumOfSquaredDifferences), a.Concat(b)));

    public SlotVector[] LinearCombinations(IReadOnlyList<SlotVector> inputs, double[,] weights, double[]? bias)
    {
        var level = LevelRules.BelowCommon(nameof(LinearCombinations), inputs);
        return [.. Enumerable.Range(0, weights.GetLength(0)).Select(_ => Load(level))];
    }

    public SlotVector[] Evaluate(IReadOnlyList<SlotVector> arguments, FittedFunction function) =>
        [.. arguments.Select(argument => Load(LevelRules.AfterFunction(argument, function)))];

    public SlotVector LowerTo(SlotVector a, int level)
    {
        LevelRules.CheckLower(a, level);
        return Load(level);
    }

    public SlotVector[] Rotate(SlotVector a, IReadOnlyList<int> steps) => [.. steps.Select(_ => Load(a.Level))];

    public SlotVector[] Refresh(IReadOnlyList<SlotVector> vectors, int targetLevel) => [.. vectors.Select(_ => Load(targetLevel))];

    private sealed class LevelVector(int level) : SlotVector
    {
        public override int Level => level;

        protected override void Release()
        {
        }
    }
}
