using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Tests.Execution;

/// <summary>Values of public slots, made run by run, against their definition slot by slot.</summary>
internal sealed class PublicSlotsTests
{
    private const int SlotCount = 64;

    [Test]
    public void Slots_hold_the_value_where_all_conditions_hold()
    {
        var random = new Random(3);
        for (var round = 0; round < 300; round++)
        {
            DigitRange[] conditions = [.. Enumerable.Range(0, random.Next(4)).Select(_ => RandomRange(random))];
            var vector = random.Next(2) == 0 ? null : RandomVector(random);
            var slots = new PublicSlots(0.5 + random.Next(3), [.. conditions]) { Vector = vector };
            var values = slots.Slots(SlotCount);
            for (var slot = 0; slot < SlotCount; slot++)
            {
                var expected = conditions.All(condition => Holds(condition, slot)) ? slots.Value * (vector?.At(slot) ?? 1) : 0;
                Assert.That(values[slot], Is.EqualTo(expected), $"slot {slot} of {slots}");
            }
        }
    }

    /// <summary>Starts may be negative or beyond the digits, as loops make them.</summary>
    private static DigitRange RandomRange(Random random)
    {
        int stride = 1 << random.Next(5), size = 1 << random.Next(1, 4);
        return new DigitRange(stride, size, random.Next(-2 * size, 2 * size), random.Next(size + 1));
    }

    private static VectorSlots RandomVector(Random random)
    {
        var grid = new SlotGrid(8, 2, 4);
        var features = new FeatureBlocks(4, 2);
        return new VectorSlots("v", features, random.Next(3), 1)
        {
            Values = [.. Enumerable.Range(0, 7).Select(_ => random.NextSingle())],
            Grid = grid,
        };
    }

    private static bool Holds(DigitRange range, int slot) =>
        Enumerable.Range(range.Start, range.Count).Any(digit => ((digit % range.Size) + range.Size) % range.Size == slot / range.Stride % range.Size);
}
