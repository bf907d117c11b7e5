using System.Numerics.Tensors;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Crammed.Approximation;
using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;
using Crammed.Files;

namespace Crammed.Encrypted.Execution;

/// <summary>
/// Programs on clear slots: the same instructions and polynomials, no encryption; on request with the noise of ciphertexts. Noise is
/// Gaussian and the same in every run of a seed.
/// </summary>
/// <param name="slotCount">slots in a vector</param>
/// <param name="refreshedLevel">level of a refreshed vector; levels are checked</param>
public sealed class ClearGroups(int slotCount, int refreshedLevel) : IGroupBackend
{
    public int RefreshedLevel => refreshedLevel;

    /// <summary>
    /// Whether levels run out. Programs before planning run without: every vector stays at <see cref="RefreshedLevel"/>.
    /// </summary>
    public bool ChecksLevels { get; init; } = true;

    /// <summary>
    /// Noise of ciphertexts to inject, or null for none. It needs levels, so it needs a planned program and <see cref="ChecksLevels"/>.
    /// </summary>
    public InjectedNoise? Noise { get; init; }

    /// <summary>A vector with the given slots, as if freshly encrypted.</summary>
    public SlotVector Load(ReadOnlySpan<double> values) => Load(values, refreshedLevel);

    /// <summary>A vector with the given slots, as if freshly encrypted at a level.</summary>
    public SlotVector Load(ReadOnlySpan<double> values, int level)
    {
        var vector = ClearVector.Create(slotCount, level);
        values.CopyTo(vector.Values);
        Injected?.NextVerb().Fresh(0, vector.Values, level);
        return vector;
    }

    /// <summary>The slots of a vector.</summary>
    public static double[] Read(SlotVector vector) => [.. ((ClearVector)vector).Values];

    public SlotVector[] Sum(IReadOnlyList<IReadOnlyList<ScaledVector>> jobs, IReadOnlyList<IReadOnlyList<PublicSlots>> constants) =>
        Make(jobs.Count, 0, i => jobs[i].Select(term => term.Vector), (i, result) =>
        {
            foreach (var term in jobs[i])
                TensorPrimitives.MultiplyAdd(Slots(term.Vector), term.Factor, result, result);
            foreach (var constant in constants[i])
                TensorPrimitives.Add(constant.Slots(slotCount), result, result);
        }, (noise, i, result, level) => noise.PublicSum(i, result, level, constants[i]));

    public SlotVector[] SumOfProducts(IReadOnlyList<IReadOnlyList<VectorProduct>> jobs) =>
        Make(jobs.Count, 1, i => jobs[i].SelectMany(term => new[] { term.Left, term.Right }), (i, result) =>
        {
            var product = new double[slotCount];
            foreach (var term in jobs[i])
            {
                TensorPrimitives.Multiply(Slots(term.Left), Slots(term.Right), product);
                TensorPrimitives.MultiplyAdd(product, term.Factor, result, result);
            }
        }, (noise, i, result, level) => noise.Product(i, result, level));

    public SlotVector[] SumOfSquaredDifferences(IReadOnlyList<IReadOnlyList<(SlotVector Left, SlotVector Right)>> jobs) =>
        Make(jobs.Count, 1, i => jobs[i].SelectMany(term => new[] { term.Left, term.Right }), (i, result) =>
        {
            var difference = new double[slotCount];
            foreach (var (left, right) in jobs[i])
            {
                TensorPrimitives.Subtract(Slots(left), Slots(right), difference);
                TensorPrimitives.MultiplyAdd(difference, difference, result, result);
            }
        }, (noise, i, result, level) => noise.Product(i, result, level));

    public SlotVector[] SumOfMasked(IReadOnlyList<IReadOnlyList<MaskedVector>> jobs) =>
        Make(jobs.Count, 1, i => jobs[i].Select(term => term.Vector), (i, result) =>
        {
            foreach (var term in jobs[i])
                TensorPrimitives.MultiplyAdd(Slots(term.Vector), term.Mask.Slots(slotCount), result, result);
        }, (noise, i, result, level) => noise.Masked(i, result, level, [.. jobs[i].Select(term => (RmsOf(term.Vector), term.Mask))]));

    public SlotVector[] Rotate(IReadOnlyList<Rotation> jobs) => SumOfRotations([.. jobs.Select(job => new[] { job })]);

    public SlotVector[] SumOfRotations(IReadOnlyList<IReadOnlyList<Rotation>> jobs) =>
        Make(jobs.Count, 0, i => jobs[i].Select(term => term.Vector), (i, result) =>
        {
            foreach (var term in jobs[i])
                AddRotated(Slots(term.Vector), term.Steps, result);
        }, (noise, i, result, level) => noise.Rotations(i, result, level, jobs[i].Count(term => term.Steps % slotCount != 0)));

    public SlotVector[] Fold(IReadOnlyList<SlotVector> vectors, int stride, int count)
    {
        var noise = Injected?.NextVerb();
        return Make(vectors.Count, 0, i => [vectors[i]], (i, result) =>
        {
            Slots(vectors[i]).CopyTo(result);
            for (int done = 1, round = 0; done < count; done *= 2, round++)
            {
                AddRotated([.. result], done * stride, result);
                noise?.Rotations(round * vectors.Count + i, result, vectors[i].Level, done * stride % slotCount == 0 ? 0 : 1);
            }
        });
    }

    public SlotVector[] Evaluate(IReadOnlyList<SlotVector> arguments, string function, ChebyshevPolynomial approximation)
    {
        var noise = Injected?.NextVerb();
        return Make(arguments.Count, approximation.Depth, i => [arguments[i]], (i, result) =>
        {
            var values = Slots(arguments[i]);
            for (var slot = 0; slot < slotCount; slot++)
            {
                if (!approximation.Domain.Contains(values[slot]))
                    throw new RangeViolationException($"{function}: {values[slot]:G9} in slot {slot} is outside the domain {approximation.Domain}");
                result[slot] = approximation.Domain.ToUnit(values[slot]);
            }
            var unit = noise?.PolynomialArgument(i, result, arguments[i].Level, approximation);
            for (var slot = 0; slot < slotCount; slot++)
                result[slot] = approximation.EvaluateOnUnit(result[slot]);
            if (unit is not null)
                noise!.Value.Polynomial(i, result, unit, arguments[i].Level, approximation);
        });
    }

    public void Check(IReadOnlyList<SlotVector> vectors, ValueDomain domain)
    {
        for (var i = 0; i < vectors.Count; i++)
        {
            var values = Slots(vectors[i]);
            for (var slot = 0; slot < slotCount; slot++)
            {
                if (!domain.Interval.Contains(values[slot]))
                    throw new RangeViolationException($"{domain.Name}: {values[slot]:G9} in slot {slot} is outside {domain.Interval}", i);
            }
        }
    }

    public SlotVector[] LinearMap(IReadOnlyList<SlotVector> inputs, LinearMap map, SlotGrid grid, IReadOnlyList<FrozenWeights> matrices)
    {
        var outputs = MapVector.Of(map.OutputBlocks);
        var results = Make(outputs.Count, 1, _ => inputs, (j, result) =>
        {
            for (var block = 0; block < outputs[j].Blocks.Blocks; block++)
                AddOutput(inputs, map, grid, matrices, (outputs[j].Group, block, outputs[j].Column), result);
        });
        if (Injected?.NextVerb() is not { } noise)
            return results;
        var mapNoise = new LinearMapNoise(map, grid, matrices);
        double[] rms =
        [
            .. MapVector.Of(map.InputBlocks).Zip(inputs)
                .GroupBy(pair => pair.First.Group, pair => RmsOf(pair.Second)).Select(RootMeanSquare),
        ];
        for (var j = 0; j < outputs.Count; j++)
            noise.LinearMap(j, ((ClearVector)results[j]).Values, inputs[0].Level, mapNoise, outputs[j].Group, rms);
        return results;
    }

    public SlotVector[] SpreadProducts(IReadOnlyList<SlotVector> inputs, SpreadProducts map, SlotGrid grid, FrozenWeights matrix) =>
        Make(grid.Blocks, 1, _ => inputs, (shift, result) =>
        {
            for (var slot = 0; slot < slotCount; slot++)
            {
                var (token, block) = (slot / grid.TokenStride, slot % grid.Blocks);
                var (column, target) = (token / map.RowStep, (block - shift + grid.Blocks) % grid.Blocks);
                if (token % map.RowStep != 0 || column >= map.OutputBlocks.Columns || block >= map.InputBlocks.Blocks || target >= map.OutputBlocks.Blocks)
                    continue;
                for (var i = 0; i < inputs.Count; i++)
                {
                    if (map.ColumnOf(i, token) is var input && input < map.InputBlocks.Columns)
                        result[slot] += matrix[target * map.OutputBlocks.Columns + column, block * map.InputBlocks.Columns + input] * Slots(inputs[i])[slot];
                }
            }
        }, (noise, i, result, level) => noise.PlainProducts(i, result, level, inputs.Select(RmsOf)));

    public SlotVector[] Lower(IReadOnlyList<SlotVector> vectors, int level)
    {
        var noise = Injected?.NextVerb();
        return [.. vectors.Select((vector, i) =>
        {
            if (!ChecksLevels || vector.Level == level)
                return vector.Share();
            LevelRules.CheckLower(vector, level);
            var result = ClearVector.Create(slotCount, level);
            Slots(vector).CopyTo(result.Values);
            noise?.Rescale(i, result.Values, level);
            return result;
        })];
    }

    public SlotVector[] Refresh(IReadOnlyList<SlotVector> vectors, IReadOnlyList<double> ranges, RefreshMethod method)
    {
        var noise = Injected?.NextVerb();
        return [.. vectors.Select((vector, i) =>
        {
            var largest = Math.Abs(TensorPrimitives.MaxMagnitude(Slots(vector)));
            if (!(largest <= ranges[i]))
                throw new RangeViolationException($"refresh: {largest:G6} is beyond the range of {ranges[i]:G6}", i);
            var result = ClearVector.Create(slotCount, refreshedLevel);
            Slots(vector).CopyTo(result.Values);
            noise?.Refresh(i, result.Values, refreshedLevel, ranges[i], method);
            return result;
        })];
    }

    private InjectedNoise? Injected => ChecksLevels ? Noise : null;

    private static double RmsOf(SlotVector vector) => Math.Sqrt(TensorPrimitives.SumOfSquares(Slots(vector)) / Slots(vector).Length);

    private static double RootMeanSquare(IEnumerable<double> values) => Math.Sqrt(values.Average(value => value * value));

    private static ReadOnlySpan<double> Slots(SlotVector vector) => ((ClearVector)vector).Values;

    private static void AddRotated(ReadOnlySpan<double> source, int steps, Span<double> result)
    {
        var start = steps & (source.Length - 1);
        TensorPrimitives.Add(source[start..], result[..(source.Length - start)], result[..(source.Length - start)]);
        TensorPrimitives.Add(source[..start], result[(source.Length - start)..], result[(source.Length - start)..]);
    }

    private static void AddOutput(
        IReadOnlyList<SlotVector> inputs, LinearMap map, SlotGrid grid, IReadOnlyList<FrozenWeights> matrices, (int Output, int Block, int Column) to,
        double[] result)
    {
        var feature = to.Block * map.OutputBlocks[to.Output].Columns + to.Column;
        var vector = 0;
        for (var i = 0; i < map.Inputs.Count; i++)
        {
            var matrix = matrices[to.Output * map.Inputs.Count + i];
            var blocks = map.InputBlocks[i];
            for (var column = 0; column < blocks.Columns; column++, vector++)
            {
                var slots = Slots(inputs[vector]);
                for (var block = 0; block < blocks.Blocks; block++)
                {
                    var weight = matrix[feature, block * blocks.Columns + column];
                    for (var row = 0; weight != 0 && row < grid.Rows; row++)
                        result[row * grid.Blocks + to.Block] += weight * slots[row * grid.Blocks + block];
                }
            }
        }
    }

    public void Store(IReadOnlyList<SlotVector> vectors, string path) => AtomicFile.Write(path, stream =>
    {
        foreach (var vector in vectors)
        {
            stream.Write(BitConverter.GetBytes(vector.Level));
            stream.Write(MemoryMarshal.AsBytes(((ClearVector)vector).Values.AsSpan()));
        }
    }, UnixFileMode.UserRead | UnixFileMode.UserWrite);

    public SlotVector[] Load(string path, int count)
    {
        using var stream = File.OpenRead(path);
        var level = new byte[sizeof(int)];
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            stream.ReadExactly(level);
            var vector = ClearVector.Create(slotCount, BitConverter.ToInt32(level));
            stream.ReadExactly(MemoryMarshal.AsBytes(vector.Values.AsSpan()));
            return (SlotVector)vector;
        })];
    }

    /// <summary>Adds the noise of a job to its result, whose operands were at a level.</summary>
    private delegate void AddNoise(VerbNoise noise, int job, double[] result, int level);

    /// <summary>Vectors of zeros at the level below their operands', filled in parallel.</summary>
    private SlotVector[] Make(
        int count, int depth, Func<int, IEnumerable<SlotVector>> operands, Action<int, double[]> fill, AddNoise? addNoise = null)
    {
        var noise = addNoise is null ? null : Injected?.NextVerb();
        var results = new SlotVector[count];
        InParallel(count, i =>
        {
            var level = operands(i).Min(operand => operand.Level) - (ChecksLevels ? depth : 0);
            if (level < 0)
                throw new InvalidOperationException($"{depth} levels are taken, {level + depth} are left");
            var result = ClearVector.Create(slotCount, level);
            result.Values.AsSpan().Clear();
            fill(i, result.Values);
            if (noise is { } injected)
                addNoise!(injected, i, result.Values, level + depth);
            results[i] = result;
        });
        return results;
    }

    /// <summary>The first exception comes out as it was thrown.</summary>
    private static void InParallel(int count, Action<int> work)
    {
        try
        {
            Parallel.For(0, count, work);
        }
        catch (AggregateException failure) when (failure.InnerException is not null)
        {
            ExceptionDispatchInfo.Throw(failure.InnerException);
        }
    }
}
