using Crammed.Encrypted.Backends;
using Crammed.Encrypted.Eager;

namespace Crammed.Encrypted.Operations;

/// <summary>Backward pass of <see cref="Functional.KernelScores"/>: dq = 2^(power+1) sum E (k - q), dk = 2^(power+1) sum E (q - k).</summary>
internal sealed class KernelScoresGradient(AxisRotation rotation, OffsetGrid grid, int heads, int power)
{
    public void Run(EncryptedTensor query, EncryptedTensor key, EncryptedTensor slope, EncryptedTensor gradient)
    {
        var context = query.Context;
        using var error = context.Tensor("kernel gradient", gradient.Layout, Functional.Product(gradient, slope));
        var aligned = context.Align(1, error, query, key);
        using var maps = aligned[0];
        using var queries = aligned[1];
        using var keys = aligned[2];
        var queryGradient = new SlotVector[query.Count];
        var keyGradient = new SlotVector[key.Count];
        var width = query.Count / heads;
        for (var head = 0; head < heads; head++)
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
        var ownSteps = giants ? grid.GiantSteps : grid.BabySteps;
        var maps = Enumerable.Range(0, ownSteps).Select(step => MapsOf(errors, step, giants)).ToArray();
        using var totals = new VectorSet(context.Map(ownSteps, step => Functional.SumAll(context, maps[step])));
        context.ParallelFor(own.Row(0).Count, feature =>
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
}
