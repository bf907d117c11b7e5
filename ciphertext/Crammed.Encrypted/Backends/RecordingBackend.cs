using Crammed.Approximation;

namespace Crammed.Encrypted.Backends;

/// <summary>Passes every call on and records it.</summary>
public sealed class RecordingBackend(ISlotBackend inner, OperationRecorder recorder) : ISlotBackend
{
    public int SlotCount => inner.SlotCount;

    public int MaxLevel => inner.MaxLevel;

    public void ParallelFor(int count, Action<int> work) => inner.ParallelFor(count, work);

    public SlotVector Add(SlotVector a, SlotVector b) => Record("add", a, () => inner.Add(a, b));

    public SlotVector Subtract(SlotVector a, SlotVector b) => Record("add", a, () => inner.Subtract(a, b));

    public SlotVector Negate(SlotVector a) => Record("add", a, () => inner.Negate(a));

    public SlotVector AddConstant(SlotVector a, double constant) => Record("add", a, () => inner.AddConstant(a, constant));

    public SlotVector MultiplyInteger(SlotVector a, long factor) => Record("multiply integer", a, () => inner.MultiplyInteger(a, factor));

    public SlotVector MultiplyScalar(SlotVector a, double factor) => Record("multiply scalar", a, () => inner.MultiplyScalar(a, factor));

    public SlotVector SumOfPlainProducts(IReadOnlyList<SlotVector> a, IReadOnlyList<PlainSlots> plain) =>
        Record("multiply plain", a[0], () => inner.SumOfPlainProducts(a, plain), a.Count);

    public SlotVector SumOfProducts(IReadOnlyList<SlotVector> a, IReadOnlyList<SlotVector> b)
    {
        recorder.NoteRelinearization(a[0].Level);
        return Record("multiply", a[0], () => inner.SumOfProducts(a, b), a.Count);
    }

    public SlotVector SumOfSquaredDifferences(IReadOnlyList<SlotVector> a, IReadOnlyList<SlotVector> b)
    {
        recorder.NoteRelinearization(a[0].Level);
        return Record("multiply", a[0], () => inner.SumOfSquaredDifferences(a, b), a.Count);
    }

    public SlotVector[] LinearCombinations(IReadOnlyList<SlotVector> inputs, double[,] weights, double[]? bias) =>
        Record("matrix product", inputs[0], () => inner.LinearCombinations(inputs, weights, bias), weights.Length);

    public SlotVector[] Evaluate(IReadOnlyList<SlotVector> arguments, FittedFunction function)
    {
        var level = arguments.Max(argument => argument.Level);
        if (function.Approximation.Plan.ProductCount > 0)
            recorder.NoteRelinearization(level - function.Approximation.AffineDepth);
        return recorder.Measure("polynomial", level, arguments.Count, () => inner.Evaluate(arguments, function));
    }

    public SlotVector LowerTo(SlotVector a, int level) =>
        level == a.Level ? a.Share() : Record("lower", a, () => inner.LowerTo(a, level));

    public SlotVector[] Rotate(SlotVector a, IReadOnlyList<int> steps)
    {
        var moving = 0;
        foreach (var step in steps)
        {
            var left = step & (SlotCount - 1);
            if (left == 0)
                continue;
            moving++;
            recorder.NoteRotation(left, a.Level);
        }
        return Record("rotate", a, () => inner.Rotate(a, steps), moving);
    }

    public SlotVector[] Refresh(IReadOnlyList<SlotVector> vectors, int targetLevel) =>
        recorder.Measure("refresh", targetLevel, vectors.Count, () => inner.Refresh(vectors, targetLevel));

    private T Record<T>(string operation, SlotVector operand, Func<T> call, long count = 1) =>
        recorder.Measure(operation, operand.Level, count, call);
}
