using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;
using Crammed.Encrypted.Tensors;

namespace Crammed.Encrypted.Tests.Tensors;

/// <summary>Packed adapters against plain loops over random shapes.</summary>
[TestFixture]
public sealed class AdapterTests
{
    private const int Cases = 30;

    [Test]
    public void Unpacked_factors_repeat_their_rows_and_gradients_are_folded_and_packed([Range(0, Cases - 1)] int seed)
    {
        var shapes = new RandomShapes(seed);
        var packing = Packing(shapes, [.. Enumerable.Range(0, shapes.Between(1, 6)).Select(_ => shapes.Features())]);
        // Some of them, in another order.
        var wanted = packing.Factors.OrderBy(_ => shapes.Random.Next()).Take(shapes.Between(1, packing.Factors.Count)).ToArray();
        var check = new OperationCheck(shapes.Random, shapes.Grid);
        check.Parameter("packed", packing.Layout, Packed(shapes, packing));
        check.Verify(
            x => x[0].Unpack(packing, [.. wanted.Select(factor => factor.Name)]),
            x => [.. wanted.Select(factor => Factor(packing, factor, x[0]))],
            [.. wanted.Select(_ => 3)], unsummed: true);
    }

    [Test]
    public void Projections_down_are_scaled_products([Range(0, Cases - 1)] int seed)
    {
        var shapes = new RandomShapes(seed);
        var (grid, features) = (shapes.Grid, shapes.Features());
        var scale = shapes.Between(0, 2) / 2.0 + 0.5;
        var ranks = Enumerable.Range(0, shapes.Between(1, 3)).Select(_ => shapes.Between(1, 3)).ToArray();
        var check = new OperationCheck(shapes.Random, grid);
        check.Parameter("x", grid.Features(features));
        for (var i = 0; i < ranks.Length; i++)
            check.Parameter($"a{i}", grid.Factor(ranks[i], features));
        check.Verify(
            x => x[0].ProjectDown(scale, [.. x.Skip(1)]),
            x => [.. x.Skip(1).Select(factor => Down(x[0], factor, scale))],
            [.. ranks.Select(_ => 2)], unsummed: seed % 2 == 1);
    }

    [Test]
    public void Projections_up_are_sums_over_ranks([Range(0, Cases - 1)] int seed)
    {
        var shapes = new RandomShapes(seed);
        var (grid, features, rank) = (shapes.Grid, shapes.Features(), shapes.Between(1, 3));
        var check = new OperationCheck(shapes.Random, grid);
        check.Parameter("u", grid.Ranks(rank));
        check.Parameter("b", grid.Factor(rank, features));
        check.Verify(x => [x[0].ProjectUp(x[1])], x => [Up(x[0], x[1])], [1]);
    }

    /// <summary>W x + scale B A x for three projections of one input, all factors from one packed tensor.</summary>
    [Test]
    public void Adapted_projections_and_their_gradients_in_packed_parameters([Range(0, Cases - 1)] int seed)
    {
        var shapes = new RandomShapes(seed);
        var (grid, input, output) = (shapes.Grid, shapes.Features(), shapes.Features());
        var packing = Packing(shapes, [.. Enumerable.Repeat(new[] { input, output }, 3).SelectMany(pair => pair)], shapes.Between(1, 3));
        var (down, up) = (packing.Factors.Where((_, i) => i % 2 == 0).ToArray(), packing.Factors.Where((_, i) => i % 2 == 1).ToArray());
        var check = new OperationCheck(shapes.Random, grid);
        check.Parameter("x", grid.Features(input));
        check.Parameter("packed", packing.Layout, Packed(shapes, packing));
        var matrices = Enumerable.Range(0, 3).Select(i => check.Matrix($"w{i}", output.Features, input.Features)).ToArray();
        check.Verify(
            x =>
            {
                var factors = x[1].Unpack(packing, [.. packing.Factors.Select(factor => factor.Name)]);
                var frozen = x[0].Linear([.. matrices.Select((_, i) => new LinearOutput($"y{i}", output, new FrozenMatrix($"w{i}")))]);
                var ranks = x[0].ProjectDown(0.5, [.. factors.Where((_, i) => i % 2 == 0)]);
                return [.. frozen.Select((y, i) => y + ranks[i].ProjectUp(factors[2 * i + 1]))];
            },
            x => [.. matrices.Select((matrix, i) =>
            {
                var adapter = Up(Down(x[0], Factor(packing, down[i], x[1]), 0.5), Factor(packing, up[i], x[1]));
                return PlainTensor.Of(adapter.Shape, at =>
                    PlainTensor.Sum(input.Features, f => x[0][at[0], at[1], f] * matrix[at[2], f]) + adapter[at]);
            })],
            [6, 6, 6]);
    }

    [Test]
    public void Packing_starts_each_factor_at_a_new_token([Range(0, Cases - 1)] int seed)
    {
        var shapes = new RandomShapes(seed);
        var packing = Packing(shapes, [.. Enumerable.Range(0, shapes.Between(1, 8)).Select(_ => shapes.Features())]);
        var places = new HashSet<int>();
        var end = 0;
        foreach (var factor in packing.Factors)
        {
            Assert.That(factor.FirstRow % shapes.Grid.Examples, Is.Zero);
            Assert.That(factor.FirstRow, Is.InRange(end, end + shapes.Grid.Examples - 1), "rows are not wasted");
            end = factor.FirstRow + factor.Rows;
            for (var rank = 0; rank < factor.Rank; rank++)
            {
                for (var feature = 0; feature < factor.Features.Features; feature++)
                {
                    var index = packing.IndexOf(factor, rank, feature);
                    Assert.That(places.Add(index), "each element has a place of its own");
                    Assert.That(index / shapes.Grid.Blocks, Is.InRange(factor.FirstRow, end - 1));
                }
            }
        }
        Assert.That(packing.Layout.Shape, Is.EqualTo(new[] { end, shapes.Grid.Blocks }));
        Assert.That(packing.Layout.VectorCount, Is.EqualTo((end + shapes.Grid.Rows - 1) / shapes.Grid.Rows));
    }

    [Test]
    public void What_is_not_packed_is_refused()
    {
        var grid = new SlotGrid(4, 2, 4);
        var graph = new Graph(grid);
        var features = new FeatureBlocks(4, 2);
        var packing = new FactorPacking(grid, [("a", 2, features)]);
        var (packed, x) = (graph.Parameter("packed", packing.Layout), graph.Input("x", grid.Features(features)));
        var ranks = graph.Input("ranks", grid.Ranks(3));
        Assert.Multiple(() =>
        {
            Assert.That(() => packed.Unpack(packing, "b"), Throws.TypeOf<KeyNotFoundException>().With.Message.Contains("b"));
            Assert.That(() => x.Unpack(packing, "a"), Throws.ArgumentException);
            Assert.That(() => ranks.ProjectUp(packed.Unpack(packing, "a")[0]), Throws.ArgumentException.With.Message.Contains("ranks"));
            Assert.That(() => new FactorPacking(grid, [("a", 1, features), ("a", 1, features)]), Throws.ArgumentException);
            Assert.That(() => new FactorPacking(grid, [("a", 1, new FeatureBlocks(5, 1))]), Throws.ArgumentException);
            Assert.That(() => new FactorPacking(grid, []), Throws.ArgumentException);
        });
    }

    private static FactorPacking Packing(RandomShapes shapes, FeatureBlocks[] features, int? rank = null) =>
        new(shapes.Grid, features.Select((blocks, i) => ($"factor{i}", rank ?? shapes.Between(1, 3), blocks)).ToArray());

    /// <summary>Random elements, zeros where there are none.</summary>
    private static double[] Packed(RandomShapes shapes, FactorPacking packing)
    {
        var values = new double[packing.Layout.Shape[0] * packing.Layout.Shape[1]];
        foreach (var factor in packing.Factors)
        {
            var features = factor.Features.Features;
            for (var i = 0; i < factor.Rank * features; i++)
                values[packing.IndexOf(factor, i / features, i % features)] = 2 * shapes.Random.NextDouble() - 1;
        }
        return values;
    }

    private static PlainTensor Factor(FactorPacking packing, PackedFactor factor, PlainTensor packed) => PlainTensor.Of(
        [factor.Rank, factor.Features.Features], at => packed.Items[packing.IndexOf(factor, at[0], at[1])]);

    private static PlainTensor Down(PlainTensor x, PlainTensor factor, double scale) => PlainTensor.Of(
        [x.Shape[0], x.Shape[1], factor.Shape[0]],
        at => PlainTensor.Sum(factor.Shape[1], f => x[at[0], at[1], f] * factor[at[2], f]) * scale);

    private static PlainTensor Up(PlainTensor ranks, PlainTensor factor) => PlainTensor.Of(
        [ranks.Shape[0], ranks.Shape[1], factor.Shape[1]],
        at => PlainTensor.Sum(factor.Shape[0], r => ranks[at[0], at[1], r] * factor[r, at[2]]));
}
