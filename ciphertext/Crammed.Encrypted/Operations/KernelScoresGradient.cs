using Crammed.Encrypted.Backends;
using Crammed.Encrypted.Tensors;

namespace Crammed.Encrypted.Operations;

/// <summary>Backward pass of <see cref="Functional.KernelScores"/>: dq = 2^(power+1) sum E (k - q), dk = 2^(power+1) sum E (q - k).</summary>
internal sealed class KernelScoresGradient(AxisRotation rotation, OffsetGrid grid, int heads, int power)
{
    public void Run(EncryptedTensor query, EncryptedTensor key, EncryptedTensor slope, EncryptedTensor gradient)
    {
        var context = query.Context;
        using var error = context.Tensor("kernel gradient", gradient.Layout, ElementProduct(context, gradient, slope));
        int levels = 1 + rotation.Depth;
        context.Require(error, levels);
        context.Require(query, levels + rotation.Depth);
        context.Require(key, levels + rotation.Depth);
        int level = Math.Min(error.Level, Math.Min(query.Level, key.Level) - rotation.Depth);
        using var maps = context.Lower(error.Vectors, level);
        using var queries = context.Lower(query.Vectors, level + rotation.Depth);
        using var keys = context.Lower(key.Vectors, level + rotation.Depth);
        var queryGradient = new SlotVector[query.Count];
        var keyGradient = new SlotVector[key.Count];
        int width = query.Count / heads;
        for (int head = 0; head < heads; head++)
        {
            using var q = Functional.Rotated(context, rotation, queries.Segment(head * width, width), grid.GiantBack);
            using var k = Functional.Rotated(context, rotation, keys.Segment(head * width, width), grid.Baby);
            var errors = maps.Segment(head * grid.Offsets, grid.Offsets);
            if (query.RequiresGradient)
                Side(context, q, k, errors, queryGradient, head * width, giants: true);
            if (key.RequiresGradient)
                Side(context, k, q, errors, keyGradient, head * width, giants: false);
        }
        if (query.RequiresGradient)
            query.AccumulateGradient(queryGradient);
        if (key.RequiresGradient)
            key.AccumulateGradient(keyGradient);
    }

    /// <summary>
    /// 2^(power+1) sum over the other side of E (other - own), brought back to the own token's place.
    /// </summary>
    /// <param name="own">Rotated vectors of the side whose gradient is wanted.</param>
    /// <param name="other">Rotated vectors of the other side.</param>
    /// <param name="errors">E of one head by giant and baby step.</param>
    /// <param name="giants">Whether the own side is the one moved by giant steps (the queries).</param>
    private void Side(
        EncryptedContext context, RotatedVectors own, RotatedVectors other, ArraySegment<SlotVector> errors, SlotVector[] result, int offset,
        bool giants)
    {
        int ownSteps = giants ? grid.GiantSteps : grid.BabySteps;
        var maps = Enumerable.Range(0, ownSteps).Select(step => MapsOf(errors, step, giants)).ToArray();
        using var totals = new VectorSet(context.Map(ownSteps, step => Sum(context.Backend, maps[step])));
        context.For(own.Row(0).Count, feature =>
        {
            using var terms = new VectorSet([.. Enumerable.Range(0, ownSteps).Select(step =>
            {
                using var negated = context.Backend.Negate(own[step, feature]);
                return context.Backend.SumOfProducts([negated, .. other.Column(feature)], [totals[step], .. maps[step]]);
            })]);
            using var sum = rotation.SumRotated(terms, giants ? grid.BabySteps : -1);
            result[offset + feature] = context.Backend.MultiplyInteger(sum, 1L << power + 1);
        });
    }

    private SlotVector[] MapsOf(ArraySegment<SlotVector> errors, int step, bool giants) => giants
        ? [.. errors.Slice(step * grid.BabySteps, grid.BabySteps)]
        : [.. Enumerable.Range(0, grid.GiantSteps).Select(giant => errors[giant * grid.BabySteps + step])];

    private static SlotVector Sum(ISlotBackend backend, SlotVector[] vectors)
    {
        var sum = vectors[0].Share();
        foreach (var vector in vectors.AsSpan(1))
        {
            using var previous = sum;
            sum = backend.Add(previous, vector);
        }
        return sum;
    }

    private static SlotVector[] ElementProduct(EncryptedContext context, EncryptedTensor gradient, EncryptedTensor slope)
    {
        var aligned = context.Align(1, gradient, slope);
        using var left = aligned[0];
        using var right = aligned[1];
        return context.Map(left.Count, i => context.Backend.Multiply(left[i], right[i]));
    }
}
