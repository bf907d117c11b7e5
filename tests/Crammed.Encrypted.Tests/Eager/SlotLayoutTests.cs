using Crammed.Encrypted.Eager;

namespace Crammed.Encrypted.Tests.Eager;

[TestFixture]
public sealed class SlotLayoutTests
{
    [Test]
    public void Layouts_print_their_axes_from_the_outermost()
    {
        var feature = new Axis(SlotLayout.Feature, 768);
        Assert.That(SlotLayout.TokenMajor(32, 8, feature).ToString(), Is.EqualTo("slots(token:8/4 x example:4/1) across(feature:768)"));
        Assert.That(SlotLayout.TokenMajor(32, 8).ToString(), Is.EqualTo("slots(token:8/4 x example:4/1) across(1 vector)"));
        Assert.That(SlotLayout.Repeated(32, new Axis("row", 3), new Axis("column", 2)).ToString(),
            Is.EqualTo("slots(repeated) across(row:3 x column:2)"));
    }

    /// <summary>Every slot has one pair of coordinates; strides are those of the layout's definition.</summary>
    [Test]
    public void Slots_and_coordinates_invert_each_other([Values(2, 8, 16)] int tokens)
    {
        const int slots = 32;
        var shape = new SlotShape(slots, tokens);
        var layout = shape.Layout();
        var seen = new HashSet<int>();
        for (var example = 0; example < slots / tokens; example++)
        {
            for (var token = 0; token < tokens; token++)
            {
                var slot = layout.Slot((SlotLayout.Token, token), (SlotLayout.Example, example));
                Assert.That(slot, Is.EqualTo(shape.Slot(example, token)));
                Assert.That(layout.Coordinate(slot, SlotLayout.Token), Is.EqualTo(token));
                Assert.That(layout.Coordinate(slot, SlotLayout.Example), Is.EqualTo(example));
                Assert.That(seen.Add(slot));
            }
        }
        Assert.That(layout.Slot((SlotLayout.Example, 1)), Is.EqualTo(shape.Slot(1, 0)), "axes left out stand at 0");
    }

    [Test]
    public void Vectors_are_counted_over_the_axes_across()
    {
        var layout = SlotLayout.TokenMajor(32, 8);
        Assert.That(layout.VectorCount, Is.EqualTo(1));
        var maps = layout.WithAcross(new Axis("head", 3), new Axis("giant", 2), new Axis("baby", 4));
        Assert.That(maps.VectorCount, Is.EqualTo(24));
        Assert.That(maps.InSlots, Is.EqualTo(layout.InSlots));
        Assert.That(maps.SlotCount, Is.EqualTo(32));
    }

    [Test]
    public void Axes_that_do_not_tile_the_slots_are_refused()
    {
        Assert.That(() => new SlotLayout(32, [new("token", 8, 4), new("example", 2, 1)], []),
            Throws.ArgumentException.With.Message.EqualTo("Slot axis token has stride 4; the axes below it cover 2 slots."));
        Assert.That(() => new SlotLayout(32, [new("token", 8, 2), new("example", 4, 1)], []),
            Throws.ArgumentException.With.Message.EqualTo("Slot axis token has stride 2; the axes below it cover 4 slots."));
        Assert.That(() => new SlotLayout(32, [new("token", 4, 4), new("example", 4, 1)], []),
            Throws.ArgumentException.With.Message.EqualTo("The slot axes cover 16 slots of 32."));
        Assert.That(() => SlotLayout.TokenMajor(32, 12),
            Throws.ArgumentException.With.Message.EqualTo("The slot axes cover 24 slots of 32."));
    }

    [Test]
    public void An_axis_that_does_not_run_inside_the_slots_is_named()
    {
        var layout = SlotLayout.TokenMajor(32, 8, new Axis(SlotLayout.Feature, 4));
        const string message = "Axis feature does not run inside the slots of slots(token:8/4 x example:4/1) across(feature:4).";
        Assert.That(() => layout.Slot((SlotLayout.Feature, 1)), Throws.ArgumentException.With.Message.EqualTo(message));
        Assert.That(() => layout.Coordinate(3, SlotLayout.Feature), Throws.ArgumentException.With.Message.EqualTo(message));
        Assert.That(() => SlotLayout.Repeated(32).SlotAxis(SlotLayout.Token),
            Throws.ArgumentException.With.Message.Contains("slots(repeated)"));
    }
}
