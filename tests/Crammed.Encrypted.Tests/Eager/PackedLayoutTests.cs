using Crammed.Encrypted.Eager;

namespace Crammed.Encrypted.Tests.Eager;

[TestFixture]
public sealed class PackedLayoutTests
{
    [TestCase(1, 1, 16)]
    [TestCase(2, 2, 16)]
    [TestCase(3, 4, 16)]
    [TestCase(5, 8, 16)]
    [TestCase(149, 256, 256)]
    [TestCase(149, 256, 1024)]
    [TestCase(16, 16, 16)]
    public void Parameters_lie_one_after_another_and_repeat_with_the_period(int count, int period, int slots)
    {
        var rows = count / 2;
        var shapes = new List<(string, int, int)> { ("bias", 1, count - 2 * rows), ("weight", rows, 2) };
        shapes.RemoveAll(shape => shape.Item2 * shape.Item3 == 0);
        var layout = new PackedLayout(slots, shapes);
        var values = shapes.ToDictionary(shape => shape.Item1, shape =>
            Enumerable.Range(0, shape.Item2 * shape.Item3).Select(i => shape.Item1.Length + i / 1000.0).ToArray());

        var packed = layout.Pack(name => values[name]);

        Assert.That((layout.Count, layout.Period, layout.SlotCount), Is.EqualTo((count, period, slots)));
        var flat = shapes.SelectMany(shape => values[shape.Item1]).ToArray();
        for (var slot = 0; slot < slots; slot++)
            Assert.That(packed[slot], Is.EqualTo(slot % period < count ? flat[slot % period] : 0), $"slot {slot}");
        Assert.That(layout.Unpack(packed), Is.EquivalentTo(values));
    }

    [Test]
    public void Entries_tell_where_each_tensor_lies()
    {
        var layout = new PackedLayout(32, [("a", 2, 3), ("b", 1, 4), ("c", 5, 1)]);
        Assert.That(layout.Entries, Is.EqualTo(new PackedEntry[] { new("a", 2, 3, 0), new("b", 1, 4, 6), new("c", 5, 1, 10) }));
        Assert.That(layout.Entries.Select(entry => entry.Size), Is.EqualTo(new[] { 6, 4, 5 }));
    }

    [Test]
    public void Parameters_that_do_not_fit_or_values_that_do_not_match_are_refused()
    {
        Assert.That(() => new PackedLayout(16, [("a", 4, 4), ("b", 1, 1)]),
            Throws.ArgumentException.With.Message.StartsWith("17 trained parameters do not fit into 16 slots"));
        var layout = new PackedLayout(16, [("layer0.query.a", 4, 2)]);
        Assert.That(() => layout.Pack(_ => new double[7]),
            Throws.ArgumentException.With.Message.EqualTo("layer0.query.a: expected 4 x 2 values, found 7."));
    }
}
