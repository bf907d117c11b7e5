using System.Numerics.Tensors;
using System.Runtime.ExceptionServices;

namespace Crammed.Encrypted.Backends;

/// <summary>
/// The circuit on clear slots: same operations, same levels, no encryption; with a noise model also the noise of ciphertexts.
/// It refuses what ciphertexts could not do: a product at level 0, values outside the decryptable range.
/// </summary>
public sealed class ClearBackend : ISlotBackend
{
    private readonly double _range;
    private readonly NoiseInjector? _noise;
    private readonly ParallelOptions _parallel;

    /// <param name="slotCount">Slots in a vector, a power of two.</param>
    /// <param name="maxLevel">Level of a refreshed vector.</param>
    /// <param name="range">Largest |value| that a ciphertext at level 0 could hold; infinite for no check (dry runs).</param>
    /// <param name="noise">Noise to inject, or null for none.</param>
    /// <param name="seed">Seed of the injected noise.</param>
    /// <param name="threads">Threads that work is shared between; 0 means one per processor.</param>
    public ClearBackend(
        int slotCount, int maxLevel, double range = double.PositiveInfinity, INoiseModel? noise = null, int seed = 0, int threads = 0)
    {
        if (slotCount < 2 || (slotCount & (slotCount - 1)) != 0)
            throw new ArgumentOutOfRangeException(nameof(slotCount), slotCount, "The number of slots must be a power of two.");
        ArgumentOutOfRangeException.ThrowIfLessThan(maxLevel, 1);
        SlotCount = slotCount;
        MaxLevel = maxLevel;
        _range = range;
        _parallel = new ParallelOptions { MaxDegreeOfParallelism = threads == 0 ? Environment.ProcessorCount : threads };
        _noise = noise is null ? null : new NoiseInjector(noise, seed);
    }

    public int SlotCount { get; }

    public int MaxLevel { get; }

    public void For(int count, Action<int> work)
    {
        try
        {
            Parallel.For(0, count, _parallel, work);
        }
        catch (AggregateException failure) when (failure.InnerException is not null)
        {
            ExceptionDispatchInfo.Throw(failure.InnerException);
        }
    }

    /// <summary>A vector with the given values, as if freshly encrypted at a level.</summary>
    public SlotVector Load(ReadOnlySpan<double> values, int level)
    {
        if (values.Length != SlotCount)
            throw new ArgumentException($"Expected {SlotCount} values, one a slot, found {values.Length}.", nameof(values));
        ArgumentOutOfRangeException.ThrowIfNegative(level);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(level, MaxLevel);
        var result = ClearVector.Create(SlotCount, level);
        values.CopyTo(result.Values);
        _noise?.AddFresh(result);
        return result;
    }

    /// <summary>The values in the slots.</summary>
    public static double[] Read(SlotVector vector) => [.. Slots(vector)];

    /// <summary>A function applied to every slot, as if it took <paramref name="depth"/> levels.</summary>
    internal SlotVector Apply(SlotVector vector, Func<double, double> function, int depth)
    {
        var result = ClearVector.Create(SlotCount, vector.Level - depth);
        var values = Slots(vector);
        for (int i = 0; i < values.Length; i++)
            result.Values[i] = function(values[i]);
        return result;
    }

    public SlotVector Add(SlotVector a, SlotVector b) => Elementwise(a, b, TensorPrimitives.Add);

    public SlotVector Subtract(SlotVector a, SlotVector b) => Elementwise(a, b, TensorPrimitives.Subtract);

    public SlotVector Negate(SlotVector a) => MultiplyInteger(a, -1);

    public SlotVector AddConstant(SlotVector a, double constant)
    {
        var result = ClearVector.Create(SlotCount, a.Level);
        TensorPrimitives.Add(Slots(a), constant, result.Values);
        return result;
    }

    public SlotVector MultiplyInteger(SlotVector a, long factor)
    {
        var result = ClearVector.Create(SlotCount, a.Level);
        TensorPrimitives.Multiply(Slots(a), factor, result.Values);
        return result;
    }

    public SlotVector MultiplyScalar(SlotVector a, double factor)
    {
        var result = Below(a.Level, nameof(MultiplyScalar));
        TensorPrimitives.Multiply(Slots(a), factor, result.Values);
        _noise?.AddRescale(result);
        return result;
    }

    public SlotVector SumOfPlainProducts(IReadOnlyList<SlotVector> a, IReadOnlyList<PlainSlots> plain)
    {
        CheckCounts(a.Count, plain.Count, nameof(SumOfPlainProducts));
        var result = Below(CommonLevel(a, nameof(SumOfPlainProducts)), nameof(SumOfPlainProducts));
        TensorPrimitives.Multiply(Slots(a[0]), plain[0].Values, result.Values);
        for (int i = 1; i < a.Count; i++)
            TensorPrimitives.MultiplyAdd(Slots(a[i]), plain[i].Values, result.Values, result.Values);
        _noise?.AddRescale(result);
        return result;
    }

    public SlotVector SumOfProducts(IReadOnlyList<SlotVector> a, IReadOnlyList<SlotVector> b)
    {
        CheckCounts(a.Count, b.Count, nameof(SumOfProducts));
        int level = CommonLevel([.. a, .. b], nameof(SumOfProducts));
        var result = Below(level, nameof(SumOfProducts));
        TensorPrimitives.Multiply(Slots(a[0]), Slots(b[0]), result.Values);
        for (int i = 1; i < a.Count; i++)
            TensorPrimitives.MultiplyAdd(Slots(a[i]), Slots(b[i]), result.Values, result.Values);
        _noise?.AddRescale(result);
        return result;
    }

    public SlotVector SumOfSquaredDifferences(IReadOnlyList<SlotVector> a, IReadOnlyList<SlotVector> b)
    {
        CheckCounts(a.Count, b.Count, nameof(SumOfSquaredDifferences));
        int level = CommonLevel([.. a, .. b], nameof(SumOfSquaredDifferences));
        var result = Below(level, nameof(SumOfSquaredDifferences));
        result.Values.AsSpan().Clear();
        using var difference = ClearVector.Create(SlotCount, level);
        for (int i = 0; i < a.Count; i++)
        {
            TensorPrimitives.Subtract(Slots(a[i]), Slots(b[i]), difference.Values);
            TensorPrimitives.MultiplyAdd(difference.Values, difference.Values, result.Values, result.Values);
        }
        _noise?.AddRescale(result);
        return result;
    }

    public SlotVector[] LinearCombinations(IReadOnlyList<SlotVector> inputs, double[,] weights, double[]? bias)
    {
        CheckCounts(weights.GetLength(1), inputs.Count, nameof(LinearCombinations));
        CheckCounts(weights.GetLength(0), bias?.Length ?? weights.GetLength(0), nameof(LinearCombinations));
        int level = LevelBelow(CommonLevel(inputs, nameof(LinearCombinations)), nameof(LinearCombinations));
        var results = new SlotVector[weights.GetLength(0)];
        For(results.Length, output =>
        {
            var result = ClearVector.Create(SlotCount, level);
            result.Values.AsSpan().Fill(bias?[output] ?? 0);
            for (int i = 0; i < inputs.Count; i++)
                TensorPrimitives.MultiplyAdd(Slots(inputs[i]), weights[output, i], result.Values, result.Values);
            _noise?.AddRescale(result);
            results[output] = result;
        });
        return results;
    }

    public SlotVector LowerTo(SlotVector a, int level)
    {
        if (level == a.Level)
            return a.Share();
        if (level > a.Level)
            throw new InvalidOperationException($"LowerTo: a vector at level {a.Level} cannot be lowered to level {level}.");
        if (level < 0)
            throw new InvalidOperationException($"LowerTo: there is no level {level} below level {a.Level}; refresh the vector first.");
        var result = ClearVector.Create(SlotCount, level);
        Slots(a).CopyTo(result.Values);
        _noise?.AddRescale(result);
        return result;
    }

    public SlotVector[] Rotate(SlotVector a, IReadOnlyList<int> steps)
    {
        var results = new SlotVector[steps.Count];
        for (int k = 0; k < steps.Count; k++)
        {
            int step = steps[k] & (SlotCount - 1);
            if (step == 0)
            {
                results[k] = a.Share();
                continue;
            }
            var result = ClearVector.Create(SlotCount, a.Level);
            Slots(a)[step..].CopyTo(result.Values);
            Slots(a)[..step].CopyTo(result.Values.AsSpan(SlotCount - step));
            _noise?.AddKeySwitch(result);
            results[k] = result;
        }
        return results;
    }

    public SlotVector[] Refresh(IReadOnlyList<SlotVector> vectors, int targetLevel)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(targetLevel, MaxLevel);
        return [.. vectors.Select(vector =>
        {
            double largest = Math.Abs(TensorPrimitives.MaxMagnitude(Slots(vector)));
            if (_range < double.PositiveInfinity && !(largest <= _range))
                throw new RangeViolationException($"refresh: |value| {largest:G6} is beyond the decryptable range of {_range:G6}.");
            return Load(Slots(vector), targetLevel);
        })];
    }

    private static ReadOnlySpan<double> Slots(SlotVector vector) => ((ClearVector)vector).Values;

    private ClearVector Elementwise(SlotVector a, SlotVector b, BinaryOperation operation)
    {
        var result = ClearVector.Create(SlotCount, Math.Min(a.Level, b.Level));
        operation(Slots(a), Slots(b), result.Values);
        if (a.Level != b.Level)
            _noise?.AddRescale(result);
        return result;
    }

    private ClearVector Below(int level, string operation) => ClearVector.Create(SlotCount, LevelBelow(level, operation));

    private static int LevelBelow(int level, string operation) =>
        level > 0
            ? level - 1
            : throw new InvalidOperationException($"{operation}: no level is left (operands at level 0); refresh them first.");

    private static int CommonLevel(IReadOnlyList<SlotVector> vectors, string operation)
    {
        if (vectors.Count == 0)
            throw new ArgumentException($"{operation}: no operands.");
        foreach (var vector in vectors)
        {
            if (vector.Level != vectors[0].Level)
                throw new InvalidOperationException($"{operation}: operands at levels {vectors[0].Level} and {vector.Level}.");
        }
        return vectors[0].Level;
    }

    private static void CheckCounts(int first, int second, string operation)
    {
        if (first != second)
            throw new ArgumentException($"{operation}: {first} operands meet {second}.");
    }

    private delegate void BinaryOperation(ReadOnlySpan<double> a, ReadOnlySpan<double> b, Span<double> result);
}
