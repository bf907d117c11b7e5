using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Execution;

/// <summary>A mask at points of its loops, each made once: many points give the same digits.</summary>
internal sealed class ResolvedMask(SlotMask mask, ProgramConstants constants, SlotGrid grid)
{
    private readonly AxisIndex[] _indices =
        [.. mask.Conditions.SelectMany(condition => new[] { condition.Start, condition.Count }), .. ColumnOf(mask)];

    private readonly Dictionary<ValueList<int>, PublicSlots> _slots = [];

    public PublicSlots At(LoopPoint point)
    {
        ValueList<int> values = [.. _indices.Select(index => index.At(point))];
        if (!_slots.TryGetValue(values, out var slots))
            _slots.Add(values, slots = constants.At(mask, point, grid));
        return slots;
    }

    private static IEnumerable<AxisIndex> ColumnOf(SlotMask mask) => mask.Vector is { } vector ? [vector.Column] : [];
}
