using Crammed.Approximation;
using Crammed.Encrypted.Backends;
using Crammed.Encrypted.Eager;

namespace Crammed.Encrypted.Operations;

public static partial class Functional
{
    /// <summary>Axis across vectors that counts attention heads.</summary>
    public const string Head = "head";

    /// <summary>
    /// Scores (1 - ||q - k||^2)^(2^power) for every query and key of a head: the polynomial kernel, with the factor
    /// 1 / (2 sqrt(head width) 2^power) already inside q and k. Levels: 1 + power.
    /// </summary>
    /// <param name="query">Features across vectors, head by head; token axis inside the slots.</param>
    /// <param name="key">As the query.</param>
    /// <param name="heads">Heads that share the features evenly.</param>
    /// <param name="power">Squarings, at least 1.</param>
    /// <returns>Across: head x giant step x baby step of the token offset (<see cref="OffsetGrid"/>).</returns>
    /// <remarks>
    /// Backward, with E = dS * (1 - D)^(2^power - 1): dq = -2^(power+1) sum E (q - k), dk its mirror. The odd power is the product
    /// of the squaring chain's intermediates, so it is accumulated on the way.
    /// </remarks>
    public static EncryptedTensor KernelScores(EncryptedTensor query, EncryptedTensor key, int heads, int power)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(power, 1);
        var context = query.Context;
        var rotation = new AxisRotation(context, query.Layout, SlotLayout.Token);
        var grid = new OffsetGrid(rotation.Size);
        var derivative = context.Tape.Enabled && (query.RequiresGradient || key.RequiresGradient);
        // Two more levels than the chain itself, if there are: the backward pass then needs no refresh of the score maps.
        var depth = 1 + power;
        var aligned = context.Align(Math.Max(depth, Math.Min(depth + 2, context.Backend.MaxLevel)), query, key);
        using var alignedQuery = aligned[0];
        using var alignedKey = aligned[1];
        var width = query.Count / heads;
        var scores = new SlotVector[heads * grid.Offsets];
        var slopes = new SlotVector[derivative ? scores.Length : 0];
        for (var head = 0; head < heads; head++)
        {
            using var queries = Rotated(context, rotation, alignedQuery.Segment(head * width, width), grid.GiantBack);
            using var keys = Rotated(context, rotation, alignedKey.Segment(head * width, width), grid.Baby);
            var current = head;
            context.ParallelFor(grid.Offsets, offset =>
            {
                int giant = offset / grid.BabySteps, baby = offset % grid.BabySteps;
                using var distance = context.Backend.SumOfSquaredDifferences(queries.Row(giant), keys.Row(baby));
                using var negated = context.Backend.Negate(distance);
                var (score, slope) = PowerKernel.Squarings(
                    context.Backend.AddConstant(negated, 1), power, context.Backend.MultiplyAligned, value => value.Dispose(), derivative);
                scores[grid.Index(current, giant, baby)] = score;
                if (slope is not null)
                    slopes[grid.Index(current, giant, baby)] = slope;
            });
        }
        var layout = query.Layout.WithAcross(new Axis(Head, heads), new Axis("giant", grid.GiantSteps), new Axis("baby", grid.BabySteps));
        if (!derivative)
            return context.Record("scores", layout, scores, [query, key], _ => { });
        var slope = context.Tensor("kernel slope", layout, slopes);
        return context.Record("scores", layout, scores, [query, key],
            gradient => new KernelScoresGradient(rotation, grid, heads, power).Run(query, key, slope, gradient), slope);
    }

    /// <summary>
    /// out = scores x values along the token axis, head by head; one level.
    /// </summary>
    /// <param name="scores">From <see cref="KernelScores"/>.</param>
    /// <param name="value">Features across vectors, head by head.</param>
    public static EncryptedTensor WeightedValues(EncryptedTensor scores, EncryptedTensor value)
    {
        var context = value.Context;
        var rotation = new AxisRotation(context, value.Layout, SlotLayout.Token);
        var grid = new OffsetGrid(rotation.Size);
        var heads = scores.Layout.Across[0].Size;
        var outputs = new SlotVector[value.Count];
        var width = value.Count / heads;
        var aligned = context.Align(1, scores, value);
        using var maps = aligned[0];
        using var values = aligned[1];
        for (var head = 0; head < heads; head++)
        {
            using var ahead = Rotated(context, rotation, values.Segment(head * width, width), grid.Baby);
            var current = head;
            context.ParallelFor(width, feature =>
            {
                using var sums = new VectorSet([.. Enumerable.Range(0, grid.GiantSteps).Select(giant => context.Backend.SumOfProducts(
                    maps.Segment(grid.Index(current, giant, 0), grid.BabySteps), ahead.Column(feature)))]);
                outputs[current * width + feature] = rotation.SumRotated(sums, grid.BabySteps);
            });
        }
        return context.Record("weighted values", value.Layout, outputs, [scores, value],
            gradient => new WeightedValuesGradient(rotation, grid, heads).Run(scores, value, gradient));
    }

    /// <summary>Each vector rotated by each step.</summary>
    internal static RotatedVectors Rotated(
        EncryptedContext context, AxisRotation rotation, IReadOnlyList<SlotVector> vectors, IReadOnlyList<int> steps)
    {
        var rows = new SlotVector[steps.Count][];
        for (var step = 0; step < steps.Count; step++)
            rows[step] = new SlotVector[vectors.Count];
        context.ParallelFor(vectors.Count, i =>
        {
            var rotated = rotation.Rotate(vectors[i], steps);
            for (var step = 0; step < steps.Count; step++)
                rows[step][i] = rotated[step];
        });
        return new RotatedVectors(rows);
    }
}
