using System.Numerics.Tensors;
using Crammed.Approximation;
using Crammed.Encrypted.Backends;
using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Execution;

/// <summary>Programs on clear slots: the same instructions and polynomials, no encryption and no noise.</summary>
/// <param name="slotCount">slots in a vector</param>
/// <param name="refreshedLevel">level of a refreshed vector; levels are checked</param>
public sealed class ClearGroups(int slotCount, int refreshedLevel) : IGroupBackend
{
    public int RefreshedLevel => refreshedLevel;

    /// <summary>
    /// Whether levels run out. Programs before planning run without: every vector stays at <see cref="RefreshedLevel"/>.
    /// </summary>
    public bool ChecksLevels { get; init; } = true;

    /// <summary>A vector with the given slots, as if freshly encrypted.</summary>
    public SlotVector Load(ReadOnlySpan<double> values)
    {
        var vector = ClearVector.Create(slotCount, refreshedLevel);
        values.CopyTo(vector.Values);
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
        });

    public SlotVector[] SumOfProducts(IReadOnlyList<IReadOnlyList<VectorProduct>> jobs) =>
        Make(jobs.Count, 1, i => jobs[i].SelectMany(term => new[] { term.Left, term.Right }), (i, result) =>
        {
            var product = new double[slotCount];
            foreach (var term in jobs[i])
            {
                TensorPrimitives.Multiply(Slots(term.Left), Slots(term.Right), product);
                TensorPrimitives.MultiplyAdd(product, term.Factor, result, result);
            }
        });

    public SlotVector[] SumOfSquaredDifferences(IReadOnlyList<IReadOnlyList<(SlotVector Left, SlotVector Right)>> jobs) =>
        Make(jobs.Count, 1, i => jobs[i].SelectMany(term => new[] { term.Left, term.Right }), (i, result) =>
        {
            var difference = new double[slotCount];
            foreach (var (left, right) in jobs[i])
            {
                TensorPrimitives.Subtract(Slots(left), Slots(right), difference);
                TensorPrimitives.MultiplyAdd(difference, difference, result, result);
            }
        });

    public SlotVector[] SumOfMasked(IReadOnlyList<IReadOnlyList<MaskedVector>> jobs) =>
        Make(jobs.Count, 1, i => jobs[i].Select(term => term.Vector), (i, result) =>
        {
            foreach (var term in jobs[i])
                TensorPrimitives.MultiplyAdd(Slots(term.Vector), term.Mask.Slots(slotCount), result, result);
        });

    public SlotVector[] Rotate(IReadOnlyList<Rotation> jobs) => SumOfRotations([.. jobs.Select(job => new[] { job })]);

    public SlotVector[] SumOfRotations(IReadOnlyList<IReadOnlyList<Rotation>> jobs) =>
        Make(jobs.Count, 0, i => jobs[i].Select(term => term.Vector), (i, result) =>
        {
            foreach (var term in jobs[i])
                AddRotated(Slots(term.Vector), term.Steps, result);
        });

    public SlotVector[] Fold(IReadOnlyList<SlotVector> vectors, int stride, int count) =>
        Make(vectors.Count, 0, i => [vectors[i]], (i, result) =>
        {
            Slots(vectors[i]).CopyTo(result);
            for (var done = 1; done < count; done *= 2)
                AddRotated([.. result], done * stride, result);
        });

    public SlotVector[] Evaluate(IReadOnlyList<SlotVector> arguments, string function, ChebyshevPolynomial approximation) =>
        Make(arguments.Count, approximation.Depth, i => [arguments[i]], (i, result) =>
        {
            var values = Slots(arguments[i]);
            for (var slot = 0; slot < slotCount; slot++)
            {
                if (!approximation.Domain.Contains(values[slot]))
                    throw new RangeViolationException($"{function}: {values[slot]:G9} in slot {slot} is outside the domain {approximation.Domain}");
                result[slot] = approximation.Evaluate(values[slot]);
            }
        });

    public SlotVector[] LinearMap(IReadOnlyList<SlotVector> inputs, LinearMap map, SlotGrid grid, IReadOnlyList<FrozenWeights> matrices)
    {
        var outputs = map.OutputBlocks.SelectMany((blocks, o) => Enumerable.Range(0, blocks.Columns).Select(column => (o, column))).ToArray();
        return Make(outputs.Length, 1, _ => inputs, (j, result) =>
        {
            var (o, column) = outputs[j];
            for (var block = 0; block < map.OutputBlocks[o].Blocks; block++)
                AddOutput(inputs, map, grid, matrices, (o, block, column), result);
        });
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
        });

    public SlotVector[] Lower(IReadOnlyList<SlotVector> vectors, int level) => [.. vectors.Select(vector =>
    {
        if (!ChecksLevels)
            return vector.Share();
        LevelRules.CheckLower(vector, level);
        var result = ClearVector.Create(slotCount, level);
        Slots(vector).CopyTo(result.Values);
        return result;
    })];

    public SlotVector[] Refresh(IReadOnlyList<SlotVector> vectors, IReadOnlyList<double> ranges, RefreshMethod method) =>
        [.. vectors.Select((vector, i) =>
        {
            var largest = Math.Abs(TensorPrimitives.MaxMagnitude(Slots(vector)));
            if (!(largest <= ranges[i]))
                throw new RangeViolationException($"refresh: {largest:G6} is beyond the range of {ranges[i]:G6}");
            return Load(Slots(vector));
        })];

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

    /// <summary>Vectors of zeros at the level below their operands', filled in parallel.</summary>
    private SlotVector[] Make(int count, int depth, Func<int, IEnumerable<SlotVector>> operands, Action<int, double[]> fill)
    {
        var results = new SlotVector[count];
        Parallel.For(0, count, i =>
        {
            var level = operands(i).Min(operand => operand.Level) - (ChecksLevels ? depth : 0);
            if (level < 0)
                throw new InvalidOperationException($"{depth} levels are taken, {level + depth} are left");
            var result = ClearVector.Create(slotCount, level);
            result.Values.AsSpan().Clear();
            fill(i, result.Values);
            results[i] = result;
        });
        return results;
    }
}
