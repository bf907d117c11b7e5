using Crammed.Approximation;
using Crammed.Encrypted.Execution;
using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;
using Crammed.Encrypted.Tensors;

namespace Crammed.Encrypted.Tests.Tensors;

/// <summary>The attention of one query against plain loops, for heads of one block, of several, and several to a block.</summary>
[TestFixture]
public sealed class QueryTests
{
    private const int Cases = 30;

    [Test]
    public void Kernel_of_one_query([Range(0, Cases - 1)] int seed)
    {
        var shape = new QueryShape(seed);
        var check = shape.Check();
        check.Parameter("query", shape.Grid.OneToken(shape.Features), shape.Values(shape.Grid.Examples));
        check.Parameter("key", shape.Grid.Features(shape.Features), shape.Values(shape.Grid.Rows));
        check.Data("mask", shape.Grid.PerToken(), shape.Mask());
        check.Verify(
            x =>
            {
                var (scores, slope, difference) = x[0].QueryKernel(x[1], x[2], shape.Heads, shape.Power);
                return [scores, slope, difference];
            },
            x => shape.Kernel(x[0], x[1], x[2]), [2 + shape.Power, shape.Power == 1 ? 2 : 2 + shape.Power, 0], seeded: 1);
    }

    [Test]
    public void Values_weighted_by_scores([Range(0, Cases - 1)] int seed)
    {
        var shape = new QueryShape(seed);
        var check = shape.Check();
        check.Parameter("scores", shape.Grid.TokenScores(shape.Heads));
        check.Parameter("value", shape.Grid.Features(shape.Features));
        check.Verify(
            x => [x[0].QueryValues(x[1], shape.Heads, shape.RowStep)],
            x => [shape.Attended(x[0], x[1])], [1 + shape.RowLevels]);
    }

    [Test]
    public void Attention_of_a_spread_query([Range(0, Cases - 1)] int seed)
    {
        var shape = new QueryShape(seed);
        var check = shape.Check();
        check.Parameter("query", shape.Grid.Spread(shape.Features, shape.RowStep), shape.Values(shape.Grid.Examples));
        check.Parameter("key", shape.Grid.Features(shape.Features), shape.Values(shape.Grid.Rows));
        check.Parameter("value", shape.Grid.Features(shape.Features));
        check.Data("mask", shape.Grid.PerToken(), shape.Mask());
        check.Verify(
            x =>
            {
                var scores = x[0].RepeatOverTokens().QueryKernel(x[1], x[3], shape.Heads, shape.Power).Scores;
                return [scores.QueryValues(x[2], shape.Heads, shape.RowStep)];
            },
            x => [shape.Attended(shape.Kernel(x[0], x[1], x[3])[0], x[2])], [3 + shape.Power + 2 * shape.RowLevels]);
    }

    /// <summary>Only where there is data: what stands at other tokens is masked before it is raised to a power.</summary>
    [Test]
    public void A_base_outside_its_domain_is_named_where_there_is_data()
    {
        var (grid, features) = (new SlotGrid(4, 2, 4), new FeatureBlocks(4, 1));
        var domain = new ValueDomain("layer1.kernel.argument", new Interval(-1, 1));
        Assert.That(() => Run(lastIsData: 0), Throws.Nothing);
        Assert.That(
            Assert.Catch(() => Run(lastIsData: 1))!.GetBaseException(), Is.TypeOf<RangeViolationException>().With.Message.Contains(
                "kernel.base_once: layer1.kernel.argument: -1.88 in slot "));

        // Each head has two features; the last token of each example is at the distance 1.2 in both.
        void Run(double lastIsData)
        {
            var graph = new Graph(grid);
            var (query, key) = (graph.Input("query", grid.OneToken(features)), graph.Input("key", grid.Features(features)));
            var mask = graph.Input("mask", grid.PerToken());
            var given = new Dictionary<Tensor, double[][]>
            {
                [query] = query.Layout.Pack(new double[8]),
                [key] = key.Layout.Pack([.. Enumerable.Range(0, 32).Select(i => i / 4 % 4 == 3 ? 1.2 : 0.1)]),
                [mask] = mask.Layout.Pack([.. Enumerable.Range(0, 8).Select(i => i % 4 == 3 ? lastIsData : 1)]),
            };
            var scores = query.QueryKernel(key, mask, new HeadBlocks(2, features), 1, domain).Scores;
            GraphRun.Execute(graph, given, new Dictionary<string, FrozenWeights>(), [scores], 9);
        }
    }

    [Test]
    public void What_does_not_fit_is_refused()
    {
        var grid = new SlotGrid(8, 2, 4);
        var graph = new Graph(grid);
        var features = new FeatureBlocks(4, 3);
        var query = graph.Parameter("query", grid.OneToken(features));
        var key = graph.Parameter("key", grid.Features(features));
        var mask = graph.Input("mask", grid.PerToken());
        var (two, four) = (new HeadBlocks(2, features), new HeadBlocks(4, features));
        var kernel = query.QueryKernel(key, mask, two, 3);
        Assert.Multiple(() =>
        {
            Assert.That(() => query.QueryKernel(key, mask, new HeadBlocks(2, new FeatureBlocks(2, 3)), 3), Throws.ArgumentException);
            Assert.That(() => key.QueryKernel(key, mask, four, 3), Throws.ArgumentException);
            Assert.That(() => query.QueryKernel(key, mask, four, 0), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => kernel.Scores.QueryValues(key, four, 2), Throws.ArgumentException);
            Assert.That(() => graph.Differentiate((kernel.Slope, kernel.Slope)), Throws.TypeOf<NotSupportedException>());
        });
    }

    /// <summary>A random grid, features and heads, and the plain formulas.</summary>
    private sealed class QueryShape
    {
        private readonly RandomShapes _shapes;

        public QueryShape(int seed)
        {
            _shapes = new RandomShapes(seed);
            var (spread, rowStep) = _shapes.Spread();
            RowStep = rowStep;
            Power = _shapes.Between(1, 4);
            var (blocksPerHead, headsPerBlock) = (seed % 3) switch { 0 => (1, 1), 1 => (2, 1), _ => (1, 2) };
            var blocks = Math.Max(1, spread.Blocks / blocksPerHead) * blocksPerHead;
            Heads = new HeadBlocks(
                blocks / blocksPerHead * headsPerBlock,
                new FeatureBlocks(blocks, Math.Max(1, spread.Columns / headsPerBlock) * headsPerBlock));
        }

        public SlotGrid Grid => _shapes.Grid;

        public HeadBlocks Heads { get; }

        public FeatureBlocks Features => Heads.Features;

        public int RowStep { get; }

        public int Power { get; }

        /// <summary>Levels between a spread token and its columns across vectors: each digit of the rows takes one.</summary>
        public int RowLevels => Grid.Tokens / RowStep > 2 ? 2 : 1;

        public OperationCheck Check() => new(_shapes.Random, Grid);

        /// <summary>Queries or keys so small that squared distances, of up to 48 features, stay near 1.</summary>
        public double[] Values(int rows) => RandomValues.Uniform(_shapes.Random, rows * Features.Features, -0.2, 0.2);

        /// <summary>Ones up to a random length, at least one.</summary>
        public double[] Mask() => [.. Enumerable.Range(0, Grid.Examples).SelectMany(_ =>
        {
            var length = _shapes.Between(1, Grid.Tokens);
            return Enumerable.Range(0, Grid.Tokens).Select(token => token < length ? 1.0 : 0);
        })];

        /// <summary>Scores, slope and differences.</summary>
        public IReadOnlyList<PlainTensor> Kernel(PlainTensor query, PlainTensor key, PlainTensor mask)
        {
            var (heads, width) = (Heads.Heads, Features.Features / Heads.Heads);
            var difference = PlainTensor.Of(key.Shape, at => query[at[0], at[2]] - key[at]);
            var near = PlainTensor.Of([Grid.Examples, heads, Grid.Tokens], at => mask[at[0], at[2]] * (1 - PlainTensor.Sum(width, i =>
                difference[at[0], at[2], at[1] * width + i] * difference[at[0], at[2], at[1] * width + i])));
            return
            [
                PlainTensor.Of(near.Shape, at => Raised(near[at], 1 << Power)),
                PlainTensor.Of(near.Shape, at => Raised(near[at], (1 << Power) - 1)),
                difference,
            ];
        }

        public PlainTensor Attended(PlainTensor scores, PlainTensor value)
        {
            var width = Features.Features / Heads.Heads;
            return PlainTensor.Of([Grid.Examples, Features.Features], at =>
                PlainTensor.Sum(Grid.Tokens, token => scores[at[0], at[1] / width, token] * value[at[0], token, at[1]]));
        }

        private static Dual Raised(Dual value, int power)
        {
            Dual result = 1;
            for (var i = 0; i < power; i++)
                result *= value;
            return result;
        }
    }
}
