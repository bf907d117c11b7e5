using Crammed.Encrypted.Execution;
using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Tensors;

namespace Crammed.Encrypted.Tests.Tensors;

/// <summary>Parts of sums, copy by copy, become repeated sums.</summary>
[TestFixture]
public sealed class SumOfCopiesTests
{
    private const int Top = 10;

    [Test]
    public void Each_copy_becomes_the_sum_of_all([Range(0, 19)] int seed, [Values(1, 0.75)] double factor)
    {
        var shapes = new RandomShapes(seed);
        var (grid, features) = (shapes.Grid, shapes.Features());
        // Copies over tokens, or over tokens and examples, are summed by rotations alone.
        (Layout Layout, int Levels)[] cases =
        [
            (grid.PerToken(), 1), (grid.PerExample(), 1), (grid.Ranks(2), 1), (grid.OneToken(features), 0), (grid.Factor(2, features), 0),
            (grid.ScoreMaps(shapes.Heads(1)), 1),
        ];
        foreach (var (layout, levels) in cases)
        {
            var parts = Seed.Of(shapes.Random, layout, unsummed: true);
            var graph = new Graph(grid);
            var input = graph.Input("parts", parts.Layout);
            var result = input.SumCopies(factor);
            var given = new Dictionary<Tensor, double[][]> { [input] = parts.Vectors };
            var made = GraphRun.Execute(graph, given, new Dictionary<string, FrozenWeights>(), [result], Top);
            var expected = new PlainTensor([.. layout.Shape]);
            for (var i = 0; i < expected.Items.Length; i++)
                expected.Items[i] = new Dual(parts.Values[i] * factor, default);
            Assert.That(result.Layout, Is.EqualTo(layout));
            OperationCheck.AssertPacked(result, made[result].Vectors, expected);
            Assert.That(Top - made[result].Level, Is.EqualTo(factor == 1 ? levels : 1), layout.ToString());
        }
    }

    [Test]
    public void What_is_summed_already_is_left_alone()
    {
        var grid = new SlotGrid(4, 2, 4);
        var tensor = new Graph(grid).Input("u", grid.Ranks(2));
        Assert.That(tensor.SumCopies(), Is.SameAs(tensor));
    }
}
