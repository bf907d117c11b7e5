using System.Numerics.Tensors;
using System.Runtime.ExceptionServices;
using Crammed.Approximation;

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

    /// <summary>Whether the true functions take the place of their polynomials; levels stay those of the polynomials.</summary>
    public bool ExactFunctions { get; init; }

    public int SlotCount { get; }

    public int MaxLevel { get; }

    public void ParallelFor(int count, Action<int> work)
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
        var result = ClearVector.Create(SlotCount, LevelRules.Below(nameof(MultiplyScalar), a.Level));
        TensorPrimitives.Multiply(Slots(a), factor, result.Values);
        _noise?.AddRescale(result);
        return result;
    }

    public SlotVector SumOfPlainProducts(IReadOnlyList<SlotVector> a, IReadOnlyList<PlainSlots> plain)
    {
        LevelRules.CheckCounts(nameof(SumOfPlainProducts), a.Count, plain.Count);
        var result = ClearVector.Create(SlotCount, LevelRules.BelowCommon(nameof(SumOfPlainProducts), a));
        TensorPrimitives.Multiply(Slots(a[0]), plain[0].Values, result.Values);
        for (var i = 1; i < a.Count; i++)
            TensorPrimitives.MultiplyAdd(Slots(a[i]), plain[i].Values, result.Values, result.Values);
        _noise?.AddRescale(result);
        return result;
    }

    public SlotVector SumOfProducts(IReadOnlyList<SlotVector> a, IReadOnlyList<SlotVector> b)
    {
        LevelRules.CheckCounts(nameof(SumOfProducts), a.Count, b.Count);
        var result = ClearVector.Create(SlotCount, LevelRules.BelowCommon(nameof(SumOfProducts), a.Concat(b)));
        TensorPrimitives.Multiply(Slots(a[0]), Slots(b[0]), result.Values);
        for (var i = 1; i < a.Count; i++)
            TensorPrimitives.MultiplyAdd(Slots(a[i]), Slots(b[i]), result.Values, result.Values);
        _noise?.AddRescale(result);
        return result;
    }

    public SlotVector SumOfSquaredDifferences(IReadOnlyList<SlotVector> a, IReadOnlyList<SlotVector> b)
    {
        LevelRules.CheckCounts(nameof(SumOfSquaredDifferences), a.Count, b.Count);
        var level = LevelRules.BelowCommon(nameof(SumOfSquaredDifferences), a.Concat(b));
        var result = ClearVector.Create(SlotCount, level);
        result.Values.AsSpan().Clear();
        using var difference = ClearVector.Create(SlotCount, level);
        for (var i = 0; i < a.Count; i++)
        {
            TensorPrimitives.Subtract(Slots(a[i]), Slots(b[i]), difference.Values);
            TensorPrimitives.MultiplyAdd(difference.Values, difference.Values, result.Values, result.Values);
        }
        _noise?.AddRescale(result);
        return result;
    }

    public SlotVector[] LinearCombinations(IReadOnlyList<SlotVector> inputs, double[,] weights, double[]? bias)
    {
        LevelRules.CheckCounts(nameof(LinearCombinations), weights.GetLength(1), inputs.Count);
        LevelRules.CheckCounts(nameof(LinearCombinations), weights.GetLength(0), bias?.Length ?? weights.GetLength(0));
        var level = LevelRules.BelowCommon(nameof(LinearCombinations), inputs);
        var results = new SlotVector[weights.GetLength(0)];
        ParallelFor(results.Length, output =>
        {
            var result = ClearVector.Create(SlotCount, level);
            result.Values.AsSpan().Fill(bias?[output] ?? 0);
            for (var i = 0; i < inputs.Count; i++)
                TensorPrimitives.MultiplyAdd(Slots(inputs[i]), weights[output, i], result.Values, result.Values);
            _noise?.AddRescale(result);
            results[output] = result;
        });
        return results;
    }

    /// <summary>By Clenshaw's recurrence, or the true function; noise is that of the engine's evaluation of the plan.</summary>
    public SlotVector[] Evaluate(IReadOnlyList<SlotVector> arguments, FittedFunction function)
    {
        var results = new SlotVector[arguments.Count];
        ParallelFor(results.Length, i => results[i] = Evaluate(arguments[i], function));
        return results;
    }

    public SlotVector LowerTo(SlotVector a, int level)
    {
        if (level == a.Level)
            return a.Share();
        LevelRules.CheckLower(a, level);
        var result = ClearVector.Create(SlotCount, level);
        Slots(a).CopyTo(result.Values);
        _noise?.AddRescale(result);
        return result;
    }

    public SlotVector[] Rotate(SlotVector a, IReadOnlyList<int> steps)
    {
        var results = new SlotVector[steps.Count];
        for (var k = 0; k < steps.Count; k++)
        {
            var step = steps[k] & (SlotCount - 1);
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
            var largest = Math.Abs(TensorPrimitives.MaxMagnitude(Slots(vector)));
            if (_range < double.PositiveInfinity && !(largest <= _range))
                throw new RangeViolationException($"refresh: |value| {largest:G6} is beyond the decryptable range of {_range:G6}.");
            return Load(Slots(vector), targetLevel);
        })];
    }

    private static ReadOnlySpan<double> Slots(SlotVector vector) => ((ClearVector)vector).Values;

    private ClearVector Evaluate(SlotVector argument, FittedFunction function)
    {
        var level = LevelRules.AfterFunction(argument, function);
        CheckDomain(Slots(argument), function);
        var polynomial = function.Approximation;
        var result = ClearVector.Create(SlotCount, level);
        using var unit = ClearVector.Create(SlotCount, argument.Level - polynomial.AffineDepth);
        for (var i = 0; i < SlotCount; i++)
        {
            var x = Slots(argument)[i];
            (unit.Values[i], result.Values[i]) = (polynomial.Domain.ToUnit(x), ExactFunctions ? function.Exact(x) : polynomial.Evaluate(x));
        }
        if (_noise is null || ExactFunctions)
            return result;
        if (polynomial.AffineDepth > 0)
            _noise.AddRescale(unit);
        for (var i = 0; i < SlotCount; i++)
            result.Values[i] = polynomial.EvaluateOnUnit(unit.Values[i]);
        _noise.AddPolynomial(result, unit, polynomial.Plan);
        return result;
    }

    private static void CheckDomain(ReadOnlySpan<double> values, FittedFunction function)
    {
        for (var slot = 0; slot < values.Length; slot++)
        {
            if (!function.Domain.Contains(values[slot]))
            {
                throw new RangeViolationException(
                    $"{function.Name}: value {values[slot]:G9} in slot {slot} is outside the calibrated domain {function.Domain}; "
                    + "calibrate on text closer to this data or widen the margin.");
            }
        }
    }

    private ClearVector Elementwise(SlotVector a, SlotVector b, BinaryOperation operation)
    {
        var result = ClearVector.Create(SlotCount, Math.Min(a.Level, b.Level));
        operation(Slots(a), Slots(b), result.Values);
        if (a.Level != b.Level)
            _noise?.AddRescale(result);
        return result;
    }

    private delegate void BinaryOperation(ReadOnlySpan<double> a, ReadOnlySpan<double> b, Span<double> result);
}
