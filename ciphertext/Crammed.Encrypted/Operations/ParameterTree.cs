using Crammed.Encrypted.Backends;
using Crammed.Encrypted.Eager;

namespace Crammed.Encrypted.Operations;

/// <summary>
/// Repeats packed parameters over all slots, and sums and packs vectors: binary trees over the bits of the parameter's index.
/// </summary>
/// <remarks>
/// Splitting goes from the highest bit h to the lowest: a node has period 2h; its children keep the slots whose bit h is 0 or 1 and
/// add their rotation by h, after which they have period h. Packing goes the other way and needs one rotation a merge:
/// M0 a + M1 b + rotate(M1 a + M0 b, h). Since each slot's total is taken modulo the period, the direction of rotation does not matter.
/// </remarks>
internal sealed class ParameterTree(EncryptedContext context, PackedLayout layout)
{
    private ISlotBackend Backend => context.Backend;

    /// <summary>A vector a parameter, each repeating it in every slot.</summary>
    public SlotVector[] Repeat(SlotVector packed, int finalLevel)
    {
        var nodes = new SlotVector[] { context.Require(packed, layout.Period > 1 ? 1 : finalLevel) };
        for (var half = layout.Period / 2; half >= 1; half /= 2)
        {
            nodes = RefreshFor(nodes, int.Log2(half) + 1, finalLevel);
            nodes = Split(nodes, half);
        }
        return nodes;
    }

    /// <summary>
    /// The packed vector of every parameter's sum over all slots; a missing vector counts as zero.
    /// </summary>
    public SlotVector Sum(SlotVector?[] vectors)
    {
        var nodes = vectors.Select(vector => vector?.Share()).ToArray();
        for (var half = 1; half < layout.Period; half *= 2)
        {
            nodes = Refresh(nodes);
            nodes = Merge(nodes, half);
        }
        var total = nodes[0] ?? throw new InvalidOperationException("No parameter has a gradient.");
        for (var step = layout.Period; step < layout.SlotCount; step *= 2)
        {
            using var previous = total;
            using var rotated = Backend.Rotate(previous, step);
            total = Backend.Add(previous, rotated);
        }
        return total;
    }

    /// <summary>Refreshes where few nodes stand, so that the last stages, with many, run at low levels without a refresh.</summary>
    private SlotVector[] RefreshFor(SlotVector[] nodes, int stages, int finalLevel)
    {
        var level = nodes.Min(node => node.Level);
        var wanted = stages + finalLevel;
        if (level >= wanted || (level >= 1 && wanted > Backend.MaxLevel))
            return nodes;
        using var old = new VectorSet(nodes);
        return Backend.Refresh(nodes, Math.Min(wanted, Backend.MaxLevel));
    }

    private SlotVector?[] Refresh(SlotVector?[] nodes)
    {
        var present = nodes.OfType<SlotVector>().ToArray();
        if (present.Length == 0 || present.Min(node => node.Level) >= 1)
            return nodes;
        using var old = new VectorSet(present);
        var fresh = new Queue<SlotVector>(Backend.Refresh(present, context.RefreshLevel));
        return [.. nodes.Select(node => node is null ? null : fresh.Dequeue())];
    }

    private SlotVector[] Split(SlotVector[] nodes, int half)
    {
        // Child c holds the parameters from c * half on; those beyond the last parameter are never made.
        var children = (layout.Count + half - 1) / half;
        using var old = new VectorSet(nodes);
        var masks = Masks(half);
        return context.Map(children, child =>
        {
            using var kept = Backend.MultiplyPlain(nodes[child / 2], masks[child % 2]);
            using var rotated = Backend.Rotate(kept, half);
            return Backend.Add(kept, rotated);
        });
    }

    private SlotVector?[] Merge(SlotVector?[] nodes, int half)
    {
        var masks = Masks(half);
        var merged = new SlotVector?[(nodes.Length + 1) / 2];
        context.ParallelFor(merged.Length, i =>
        {
            var (a, b) = (nodes[2 * i], 2 * i + 1 < nodes.Length ? nodes[2 * i + 1] : null);
            var present = new[] { a, b }.OfType<SlotVector>().ToArray();
            if (present.Length == 0)
                return;
            using var lowered = context.Lower(present, present.Min(node => node.Level));
            using var inPlace = Backend.SumOfPlainProducts(lowered, Select(masks[0], masks[1]));
            using var crossing = Backend.SumOfPlainProducts(lowered, Select(masks[1], masks[0]));
            using var rotated = Backend.Rotate(crossing, half);
            merged[i] = Backend.Add(inPlace, rotated);
            foreach (var node in present)
                node.Dispose();

            PlainSlots[] Select(PlainSlots first, PlainSlots second) => (a, b) switch
            {
                (not null, not null) => [first, second],
                (not null, null) => [first],
                _ => [second],
            };
        });
        return merged;
    }

    private PlainSlots[] Masks(int half) => context.Masks.GetOrAdd(("slot bit", half), bit =>
    {
        var zero = new double[layout.SlotCount];
        var one = new double[layout.SlotCount];
        for (var slot = 0; slot < layout.SlotCount; slot++)
            ((slot & bit.Which) == 0 ? zero : one)[slot] = 1;
        return [new PlainSlots(zero), new PlainSlots(one)];
    });
}
