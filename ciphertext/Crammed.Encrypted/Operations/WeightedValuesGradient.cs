using Crammed.Encrypted.Backends;
using Crammed.Encrypted.Eager;

namespace Crammed.Encrypted.Operations;

/// <summary>Backward pass of <see cref="Functional.WeightedValues"/>: dS = dO V^T at each offset, dV = S^T dO.</summary>
internal sealed class WeightedValuesGradient(AxisRotation rotation, OffsetGrid grid, int heads)
{
    public void Run(EncryptedTensor scores, EncryptedTensor value, EncryptedTensor gradient)
    {
        if (scores.RequiresGradient)
            scores.AccumulateGradient(ScoreGradient(scores, value, gradient));
        if (value.RequiresGradient)
            value.AccumulateGradient(ValueGradient(scores, value, gradient));
    }

    private SlotVector[] ScoreGradient(EncryptedTensor scores, EncryptedTensor value, EncryptedTensor gradient)
    {
        var context = value.Context;
        // Two levels above the product: one for the kernel's slope, one for the products with queries and keys.
        var aligned = context.Align(3, gradient, value);
        using var outer = aligned[0];
        using var values = aligned[1];
        var result = new SlotVector[scores.Count];
        var width = value.Count / heads;
        for (var head = 0; head < heads; head++)
        {
            using var back = Functional.Rotated(context, rotation, outer.Segment(head * width, width), grid.GiantBack);
            using var ahead = Functional.Rotated(context, rotation, values.Segment(head * width, width), grid.Baby);
            var current = head;
            context.ParallelFor(grid.Offsets, offset =>
            {
                int giant = offset / grid.BabySteps, baby = offset % grid.BabySteps;
                result[grid.Index(current, giant, baby)] = context.Backend.SumOfProducts(back.Row(giant), ahead.Row(baby));
            });
        }
        return result;
    }

    private SlotVector[] ValueGradient(EncryptedTensor scores, EncryptedTensor value, EncryptedTensor gradient)
    {
        var context = value.Context;
        var aligned = context.Align(1, scores, gradient);
        using var maps = aligned[0];
        using var outer = aligned[1];
        var result = new SlotVector[value.Count];
        var width = value.Count / heads;
        for (var head = 0; head < heads; head++)
        {
            using var back = Functional.Rotated(context, rotation, outer.Segment(head * width, width), grid.GiantBack);
            var current = head;
            context.ParallelFor(width, feature =>
            {
                using var terms = new VectorSet([.. Enumerable.Range(0, grid.BabySteps).Select(baby => context.Backend.SumOfProducts(
                    [.. Enumerable.Range(0, grid.GiantSteps).Select(giant => maps[grid.Index(current, giant, baby)])],
                    back.Column(feature)))]);
                result[current * width + feature] = rotation.SumRotated(terms, -1);
            });
        }
        return result;
    }
}
