using Crammed.Encrypted.Backends;
using Crammed.Encrypted.Eager;
using Crammed.Encrypted.Operations;
using FsCheck;
using FsCheck.Fluent;
using static TorchSharp.torch;

namespace Crammed.Encrypted.Tests.Operations;

/// <summary>Taking packed parameters apart, and the sum over the slots that is its backward pass.</summary>
[TestFixture]
public sealed class ParameterTreeTests
{
    private const int MaxLevel = 12;
    private const int RefreshLevel = 6;

    /// <summary>Parameters and slots; the last rows have a period as long as the slots.</summary>
    private static readonly (int Count, int Slots)[] Sizes =
        [(1, 16), (2, 16), (3, 16), (5, 16), (149, 512), (149, 256), (256, 256), (2, 2)];

    private static IEnumerable<TestCaseData> Cases() =>
        from size in Sizes
        from level in new[] { 0, 1, 3, MaxLevel }
        from finalLevel in new[] { 1, 2, 5 }
        from maxLevel in new[] { 6, MaxLevel }
        where level <= maxLevel
        select new TestCaseData(size.Count, size.Slots, level, finalLevel, maxLevel);

    [TestCaseSource(nameof(Cases))]
    public void Every_slot_of_a_parameter_holds_it_at_the_level_asked_for(int count, int slots, int level, int finalLevel, int maxLevel)
    {
        var random = new Random(count);
        var values = RandomValues.Uniform(random, count);
        var layout = Layout(slots, count);
        var live = ClearVector.LiveCount;
        var (context, packed) = Packed(layout, values, level, maxLevel);

        var outputs = Functional.Unpack(packed, layout, finalLevel);

        Assert.That(outputs.Select(output => output.Name), Is.EqualTo(layout.Entries.Select(entry => entry.Name)));
        foreach (var (output, entry) in outputs.Zip(layout.Entries))
        {
            Assert.That(output.Level, Is.GreaterThanOrEqualTo(finalLevel), output.Name);
            Assert.That(output.Count, Is.EqualTo(entry.Size));
            for (var i = 0; i < output.Count; i++)
                // Masks are 0 and 1, and all that is added is 0: exact.
                Assert.That(ClearBackend.Read(output[i]), Is.All.EqualTo(values[entry.Offset + i]), $"{output.Name}[{i}]");
        }
        // A node a parameter in the last stage, half as many (rounded up) in the one before...
        Assert.That(Count(context, "rotate"), Is.LessThanOrEqualTo(2 * count + int.Log2(layout.Period)));
        context.Release();
        Assert.That(ClearVector.LiveCount, Is.EqualTo(live), "vectors left behind");
    }

    /// <summary>Upstream gradients are integers, so the order of additions does not matter and equality is exact.</summary>
    [Test]
    public void Backward_is_the_sum_over_the_slots()
    {
        var cases =
            from size in Gen.Elements(Sizes)
            from present in Gen.Choose(0, 3).Select(share => share > 0).ArrayOf(size.Count)
            from levels in Gen.Choose(0, MaxLevel).ArrayOf(size.Count)
            from seed in Gen.Choose(0, int.MaxValue)
            select (size.Count, size.Slots, present, levels, seed);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(60).WithReplay(411, 2027), Prop.ForAll(cases.ToArbitrary(), generated =>
        {
            var (count, slots, present, levels, seed) = generated;
            // One tensor a parameter, so that any of them can lack a gradient; the first always has one.
            var layout = new PackedLayout(slots, Enumerable.Range(0, count).Select(i => ($"p{i}", 1, 1)));
            var random = new Random(seed);
            var upstream = Enumerable.Range(0, count).Select(i => i == 0 || present[i]
                ? Enumerable.Range(0, slots).Select(_ => (double)random.Next(-1000, 1001)).ToArray() : null).ToArray();

            var gradient = Backward(layout, upstream, i => levels[i]);

            for (var slot = 0; slot < slots; slot++)
            {
                var parameter = slot % layout.Period;
                var expected = parameter < count ? upstream[parameter]?.Sum() ?? 0 : 0;
                if (gradient[slot] != expected)
                    throw new InvalidOperationException($"slot {slot}: {gradient[slot]} is not {expected}");
            }
        }));
    }

    [TestCase(5, 64)]
    [TestCase(149, 256)]
    public void Backward_equals_that_of_torch(int count, int slots)
    {
        var random = new Random(slots);
        var layout = Layout(slots, count);
        var values = RandomValues.Uniform(random, count);
        var upstream = Enumerable.Range(0, count).Select(_ => RandomValues.Uniform(random, slots)).ToArray();

        var gradient = Backward(layout, upstream, _ => 3);

        using var scope = NewDisposeScope();
        var leaf = tensor(values, requires_grad: true);
        leaf.unsqueeze(1).expand(count, slots).backward([tensor(upstream.SelectMany(row => row).ToArray(), [count, slots])]);
        var expected = leaf.grad!.data<double>().ToArray();
        // A sum of as many terms as slots, each in [-1, 1], in any order.
        Assert.That(gradient[..count], Is.EqualTo(expected).Within(new Rounding(slots, slots).Tolerance));
    }

    [Test]
    public void Without_any_gradient_the_backward_pass_says_so()
    {
        var backend = new ClearBackend(16, MaxLevel);
        var context = new EncryptedContext(backend, RefreshLevel);
        var tree = new ParameterTree(context, Layout(16, 3));
        Assert.That(() => tree.Sum(new SlotVector?[3]),
            Throws.InvalidOperationException.With.Message.EqualTo("No parameter has a gradient."));
    }

    private static double[] Backward(PackedLayout layout, double[]?[] upstream, Func<int, int> levelOf)
    {
        var live = ClearVector.LiveCount;
        var (context, packed) = Packed(layout, new double[layout.Count], MaxLevel, MaxLevel);
        var backend = new ClearBackend(layout.SlotCount, MaxLevel);
        var outputs = Functional.Unpack(packed, layout, finalLevel: 1);
        for (var i = outputs.Length - 1; i >= 0; i--)
        {
            var entry = layout.Entries[i];
            if (upstream[entry.Offset] is null)
                continue;
            SlotVector[] vectors = [.. Enumerable.Range(entry.Offset, entry.Size).Select(p => backend.Load(upstream[p], levelOf(p)))];
            if (i > 0)
                outputs[i].AccumulateGradient(vectors);
            else
                context.Tape.Backward(outputs[i], context.Tensor("upstream", outputs[i].Layout, vectors));
        }
        var gradient = ClearBackend.Read(packed.Gradient![0]);
        context.Release();
        Assert.That(ClearVector.LiveCount, Is.EqualTo(live), "vectors left behind");
        return gradient;
    }

    private static (EncryptedContext Context, EncryptedTensor Packed) Packed(PackedLayout layout, double[] values, int level, int maxLevel)
    {
        var backend = new ClearBackend(layout.SlotCount, maxLevel);
        var context = new EncryptedContext(backend, RefreshLevel);
        var read = 0;
        var slots = layout.Pack(name => values[read..(read += layout.Entries.Single(entry => entry.Name == name).Size)]);
        var vector = backend.Load(slots, level);
        return (context, context.Tensor("packed", SlotLayout.Repeated(layout.SlotCount), [vector], requiresGradient: true));
    }

    /// <summary>Matrices of at most 7 x 3, and a row for what is left.</summary>
    private static PackedLayout Layout(int slots, int count)
    {
        var shapes = new List<(string, int, int)>();
        var left = count;
        for (; left >= 21; left -= 21)
            shapes.Add(($"matrix{shapes.Count}", 7, 3));
        if (left > 0)
            shapes.Add(("row", 1, left));
        return new PackedLayout(slots, shapes);
    }

    private static long Count(EncryptedContext context, string operation) =>
        context.Recorder.Records.Where(record => record.Operation == operation).Sum(record => record.Count);
}
