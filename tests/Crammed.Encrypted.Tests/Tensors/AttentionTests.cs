using Crammed.Approximation;
using Crammed.Encrypted.Execution;
using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;
using Crammed.Encrypted.Tensors;

namespace Crammed.Encrypted.Tests.Tensors;

/// <summary>Attention against plain loops over pairs of tokens; heads of one block, of several blocks, and several of one block.</summary>
[TestFixture]
public sealed class AttentionTests
{
    private const int Cases = 30;

    [Test]
    public void Kernel_base_is_one_less_the_squared_distance([Range(0, Cases - 1)] int seed)
    {
        var shapes = new RandomShapes(seed);
        var heads = shapes.Heads(seed);
        var check = WithProjections(shapes, heads, "query", "key");
        check.Verify(
            x => [x[0].KernelBase(x[1], heads)],
            x => [Maps(shapes.Grid, heads, (example, query, key, head) => Base(heads, x[0], x[1], example, query, key, head))],
            [heads.BlocksPerHead > 1 ? 2 : 1], unsummed: seed % 2 == 1);
    }

    [Test]
    public void Kernel_power_squares([Range(0, Cases - 1)] int seed)
    {
        var shapes = new RandomShapes(seed);
        var exponent = shapes.Between(1, 5);
        var check = new OperationCheck(shapes.Random, shapes.Grid);
        check.Parameter("base", shapes.Grid.ScoreMaps(shapes.Heads(seed)));
        check.Verify(
            x => [x[0].KernelPower(exponent)], x => [PlainTensor.Of(x[0].Shape, at => Power(x[0][at], exponent))], [exponent],
            unsummed: seed % 2 == 1);
    }

    [Test]
    public void Weighted_values_are_sums_over_keys([Range(0, Cases - 1)] int seed)
    {
        var shapes = new RandomShapes(seed);
        var (grid, heads) = (shapes.Grid, shapes.Heads(seed));
        var offsets = TokenOffsets.Of(grid);
        var check = new OperationCheck(shapes.Random, grid);
        check.Parameter("scores", grid.ScoreMaps(heads));
        check.Parameter("values", grid.Features(heads.Features));
        check.Verify(
            x => [x[0].WeightedValues(x[1], heads)],
            x => [PlainTensor.Of(x[1].Shape, at => PlainTensor.Sum(grid.Tokens, key =>
            {
                // Query and key meet in the map of their distance, at the query's token and the giant step.
                var distance = (key - at[1] + grid.Tokens) % grid.Tokens;
                var (giant, baby) = (distance / offsets.Babies, distance % offsets.Babies);
                var token = (at[1] + giant * offsets.Babies) % grid.Tokens;
                return x[0][at[0], token, at[2] / (heads.Features.Features / heads.Heads), giant, baby] * x[1][at[0], key, at[2]];
            }))],
            [1]);
    }

    [Test]
    public void Attention_is_that_of_the_kernel_over_all_pairs([Range(0, Cases - 1)] int seed)
    {
        var shapes = new RandomShapes(seed);
        var (grid, heads, exponent) = (shapes.Grid, shapes.Heads(seed), shapes.Between(1, 4));
        var check = WithProjections(shapes, heads, "query", "key", "value");
        check.Data("mask", grid.PerToken());
        check.Verify(
            x => [x[0].KernelBase(x[1], heads).KernelPower(exponent).WeightedValues(x[2] * x[3], heads)],
            x => [PlainTensor.Of(x[2].Shape, at => PlainTensor.Sum(grid.Tokens, key =>
            {
                var head = at[2] / (heads.Features.Features / heads.Heads);
                return Power(Base(heads, x[0], x[1], at[0], at[1], key, head), exponent) * (x[2][at[0], key, at[2]] * x[3][at[0], key]);
            }))],
            [exponent + (heads.BlocksPerHead > 1 ? 3 : 2)]);
    }

    [Test]
    public void Only_wanted_gradients_are_made([Values(0, 1, 2)] int way, [Values("query", "key", "value")] string trained)
    {
        var shapes = new RandomShapes(way);
        var (grid, heads) = (shapes.Grid, shapes.Heads(way));
        var check = new OperationCheck(shapes.Random, grid);
        foreach (var name in new[] { "query", "key", "value" })
        {
            if (name == trained)
                check.Parameter(name, grid.Features(heads.Features), Size(heads));
            else
                check.Data(name, grid.Features(heads.Features), Size(heads));
        }
        check.Verify(
            x => [x[0].KernelBase(x[1], heads).KernelPower(2).WeightedValues(x[2], heads)],
            x => [PlainTensor.Of(x[2].Shape, at => PlainTensor.Sum(grid.Tokens, key =>
            {
                var head = at[2] / (heads.Features.Features / heads.Heads);
                return Power(Base(heads, x[0], x[1], at[0], at[1], key, head), 2) * x[2][at[0], key, at[2]];
            }))],
            [heads.BlocksPerHead > 1 ? 5 : 4]);
    }

    /// <summary>The least base is 1 less the largest squared distance.</summary>
    [Test]
    public void A_base_outside_its_domain_is_named()
    {
        var (grid, features) = (new SlotGrid(4, 2, 4), new FeatureBlocks(4, 1));
        var domain = new ValueDomain("layer1.kernel.argument", new Interval(-1, 1));
        Assert.That(() => Run(1.4), Throws.Nothing);
        Assert.That(
            Assert.Catch(() => Run(1.5))!.GetBaseException(), Is.TypeOf<RangeViolationException>().With.Message.EqualTo(
                "kernel_base.base: layer1.kernel.argument: -1.25 in slot 0 is outside [-1, 1]"));

        void Run(double distance)
        {
            var graph = new Graph(grid);
            var (query, key) = (graph.Input("query", grid.Features(features)), graph.Input("key", grid.Features(features)));
            var given = new Dictionary<Tensor, double[][]>
            {
                [query] = query.Layout.Pack([.. Enumerable.Repeat(distance, 32)]),
                [key] = key.Layout.Pack(new double[32]),
            };
            GraphRun.Execute(
                graph, given, new Dictionary<string, FrozenWeights>(), [query.KernelBase(key, new HeadBlocks(4, features), domain)], 5);
        }
    }

    [Test]
    public void Heads_that_do_not_fit_are_refused()
    {
        var grid = new SlotGrid(4, 2, 8);
        var graph = new Graph(grid);
        var heads = new HeadBlocks(4, new FeatureBlocks(4, 2));
        var query = graph.Input("query", grid.Features(heads.Features));
        var other = graph.Input("other", grid.Features(new FeatureBlocks(8, 1)));
        Assert.Multiple(() =>
        {
            Assert.That(() => new HeadBlocks(3, new FeatureBlocks(4, 3)), Throws.ArgumentException);
            Assert.That(() => new HeadBlocks(2, new FeatureBlocks(6, 3)), Throws.ArgumentException.With.Message.Contains("power of two"));
            Assert.That(() => new HeadBlocks(8, new FeatureBlocks(4, 3)), Throws.ArgumentException);
            Assert.That(() => query.KernelBase(other, heads), Throws.ArgumentException.With.Message.Contains("other"));
            Assert.That(() => query.KernelBase(query, heads).WeightedValues(other, heads), Throws.ArgumentException);
            Assert.That(() => query.KernelPower(0), Throws.InstanceOf<ArgumentException>());
        });
    }

    /// <summary>Trained projections so small that squared distances stay below 1/4, and powers of the base small.</summary>
    private static OperationCheck WithProjections(RandomShapes shapes, HeadBlocks heads, params string[] names)
    {
        var check = new OperationCheck(shapes.Random, shapes.Grid);
        foreach (var name in names)
            check.Parameter(name, shapes.Grid.Features(heads.Features), Size(heads));
        return check;
    }

    private static double Size(HeadBlocks heads) => 0.25 / Math.Sqrt((double)heads.Features.Features / heads.Heads);

    /// <summary>Maps from what stands for a query, a key and a head.</summary>
    private static PlainTensor Maps(SlotGrid grid, HeadBlocks heads, Func<int, int, int, int, Dual> pair)
    {
        var offsets = TokenOffsets.Of(grid);
        return PlainTensor.Of([grid.Examples, grid.Tokens, heads.Heads, offsets.Giants, offsets.Babies], at =>
        {
            var query = (at[1] - at[3] * offsets.Babies + grid.Tokens) % grid.Tokens;
            return pair(at[0], query, (at[1] + at[4]) % grid.Tokens, at[2]);
        });
    }

    private static Dual Base(HeadBlocks heads, PlainTensor queries, PlainTensor keys, int example, int query, int key, int head)
    {
        var width = heads.Features.Features / heads.Heads;
        return 1 - PlainTensor.Sum(width, i =>
        {
            var difference = queries[example, query, head * width + i] - keys[example, key, head * width + i];
            return difference * difference;
        });
    }

    private static Dual Power(Dual value, int exponent)
    {
        for (var i = 0; i < exponent; i++)
            value *= value;
        return value;
    }
}
