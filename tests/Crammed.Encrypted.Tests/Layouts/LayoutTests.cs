using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Tests.Tensors;

namespace Crammed.Encrypted.Tests.Layouts;

/// <summary>Layouts over random shapes: where values lie, by formulas written out for each; packing and unpacking; equality.</summary>
[TestFixture]
public sealed class LayoutTests
{
    private const int Cases = 20;

    [Test]
    public void Values_lie_where_the_layout_says([Range(0, Cases - 1)] int seed)
    {
        foreach (var (name, layout, place) in All(new RandomShapes(seed)))
        {
            var values = RandomValues.Uniform(new Random(seed), Count(layout), low: 0.5);
            var expected = Enumerable.Range(0, layout.VectorCount).Select(_ => new double[layout.Grid.SlotCount]).ToArray();
            for (var i = 0; i < values.Length; i++)
            {
                var (vector, slots) = place(IndexOf(layout.Shape, i));
                foreach (var slot in slots)
                {
                    Assert.That(expected[vector][slot], Is.Zero, $"{name}: no slot holds two values");
                    expected[vector][slot] = values[i];
                }
            }
            var packed = layout.Pack(values);
            Assert.That(packed, Is.EqualTo(expected), name);
            Assert.That(layout.Unpack(packed), Is.EqualTo(values), name);
        }
    }

    /// <summary>Of equal copies the sum is their number times the value; numbers of copies are powers of two, so that is exact.</summary>
    [Test]
    public void An_unsummed_value_is_the_sum_of_its_copies([Range(0, Cases - 1)] int seed)
    {
        foreach (var (name, layout, _) in All(new RandomShapes(seed)))
        {
            var values = RandomValues.Uniform(new Random(seed), Count(layout));
            var copies = layout.Repetitions.Aggregate(1, (product, repetition) => product * repetition.Size);
            var unsummed = layout with { Unsummed = true };
            var found = unsummed.Unpack(layout.Pack(values));
            for (var i = 0; i < values.Length; i++)
            {
                var tolerance = new Rounding(copies, copies * Math.Abs(values[i])).Tolerance;
                Assert.That(found[i], Is.EqualTo(copies * values[i]).Within(tolerance), name);
            }
            Assert.That(() => unsummed.Pack(values), Throws.InvalidOperationException);
        }
    }

    [Test]
    public void Layouts_made_alike_are_equal_and_others_are_not([Range(0, Cases - 1)] int seed)
    {
        var (once, again) = (All(new RandomShapes(seed)).ToArray(), All(new RandomShapes(seed)).ToArray());
        for (var i = 0; i < once.Length; i++)
        {
            Assert.That(once[i].Layout, Is.EqualTo(again[i].Layout));
            Assert.That(once[i].Layout.GetHashCode(), Is.EqualTo(again[i].Layout.GetHashCode()));
            Assert.That(once[i].Layout with { Unsummed = true }, Is.Not.EqualTo(again[i].Layout));
            for (var j = 0; j < i; j++)
                Assert.That(once[i].Layout, Is.Not.EqualTo(once[j].Layout), $"{once[i].Name} and {once[j].Name}");
        }
    }

    [Test]
    public void A_wrong_number_of_values_is_refused()
    {
        var layout = new SlotGrid(4, 2, 4).Features(new FeatureBlocks(3, 2));
        Assert.That(() => layout.Pack(new double[47]), Throws.ArgumentException.With.Message.Contains("2 x 4 x 6"));
    }

    [Test]
    public void Features_are_read_back([Range(0, Cases - 1)] int seed)
    {
        var shapes = new RandomShapes(seed);
        var (features, (spread, rowStep)) = (shapes.Features(), shapes.Spread());
        Assert.That(shapes.Grid.Features(features).FeaturesAcross(), Is.EqualTo(features));
        Assert.That(shapes.Grid.Features(features).FeaturesSpread(), Is.Null);
        Assert.That(shapes.Grid.Factor(2, features).FeaturesAcross(), Is.EqualTo(features));
        Assert.That(shapes.Grid.Spread(spread, rowStep).FeaturesSpread(), Is.EqualTo((spread, rowStep)));
        Assert.That(shapes.Grid.Spread(spread, rowStep).FeaturesAcross(), Is.Null);
        Assert.That(shapes.Grid.PerToken().FeaturesAcross(), Is.Null);
    }

    private static int Count(Layout layout) => layout.Shape.Aggregate(1, (product, size) => product * size);

    private static int[] IndexOf(IReadOnlyList<int> shape, int item)
    {
        var index = new int[shape.Count];
        for (var axis = shape.Count - 1; axis >= 0; item /= shape[axis--])
            index[axis] = item % shape[axis];
        return index;
    }

    /// <summary>Every layout, with the vector and slots of the value at an index.</summary>
    private static IEnumerable<(string Name, Layout Layout, Func<int[], (int Vector, IEnumerable<int> Slots)> Place)> All(
        RandomShapes shapes)
    {
        var (grid, features, rank) = (shapes.Grid, shapes.Features(), shapes.Between(2, 3));
        var (n, e, b, c) = (grid.Tokens, grid.Examples, grid.Blocks, features.Columns);
        int Slot(int token, int example, int block) => (token * e + example) * b + block;
        IEnumerable<int> Blocks(int token, int example) => Enumerable.Range(0, b).Select(block => Slot(token, example, block));

        yield return ("features", grid.Features(features), at => (at[2] % c, [Slot(at[1], at[0], at[2] / c)]));
        yield return ("per token", grid.PerToken(), at => (0, Blocks(at[1], at[0])));
        yield return ("per example", grid.PerExample(), at => (0, Enumerable.Range(0, n).SelectMany(token => Blocks(token, at[0]))));
        yield return ("ranks", grid.Ranks(rank), at => (at[2], Blocks(at[1], at[0])));
        yield return ("factor", grid.Factor(rank, features), at =>
            (at[0] * c + at[1] % c, Enumerable.Range(0, n * e).Select(row => row * b + at[1] / c)));
        yield return ("one token", grid.OneToken(features), at =>
            (at[1] % c, Enumerable.Range(0, n).Select(token => Slot(token, at[0], at[1] / c))));
        yield return ("first token", grid.FirstToken(features), at => (at[1] % c, [Slot(0, at[0], at[1] / c)]));
        var (spread, step) = shapes.Spread();
        yield return ("spread", grid.Spread(spread, step), at =>
            (0, [Slot(at[1] % spread.Columns * step, at[0], at[1] / spread.Columns)]));
        var packing = new FactorPacking(grid, [("a", rank, features), ("b", 1, features)]);
        yield return ("packed", packing.Layout, at => (at[0] / (n * e), [at[0] % (n * e) * b + at[1]]));
        for (var way = 0; way < 3; way++)
        {
            var heads = shapes.Heads(way);
            var (per, group, babies) = (heads.BlocksPerHead, heads.HeadsPerBlock, TokenOffsets.Of(grid).Babies);
            yield return ($"maps of {heads}", grid.ScoreMaps(heads), at =>
                ((at[2] % group * (n / babies) + at[3]) * babies + at[4],
                Enumerable.Range(0, per).Select(p => Slot(at[1], at[0], at[2] / group * per + p))));
        }
    }
}
