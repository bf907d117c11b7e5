using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;
using Crammed.Encrypted.Tensors;

namespace Crammed.Encrypted.Tests.Tensors;

/// <summary>Moves of a single token and its frozen maps, against plain loops over random shapes.</summary>
[TestFixture]
public sealed class SpreadTests
{
    private const int Cases = 25;

    [Test]
    public void First_token_is_spread([Range(0, Cases - 1)] int seed)
    {
        var shapes = new RandomShapes(seed);
        var (features, rowStep) = shapes.Spread();
        var check = new OperationCheck(shapes.Random, shapes.Grid);
        check.Parameter("x", shapes.Grid.Features(features));
        check.Verify(
            x => [x[0].SpreadFirstToken(rowStep)],
            x => [PlainTensor.Of([shapes.Grid.Examples, features.Features], at => x[0][at[0], 0, at[1]])],
            [1]);
    }

    [Test]
    public void Spread_token_is_repeated([Range(0, Cases - 1)] int seed)
    {
        var shapes = new RandomShapes(seed);
        var (features, rowStep) = shapes.Spread();
        var check = new OperationCheck(shapes.Random, shapes.Grid);
        check.Parameter("x", shapes.Grid.Spread(features, rowStep));
        check.Verify(
            x => [x[0].RepeatOverTokens()], x => [x[0]], [shapes.Grid.Tokens / rowStep > 2 ? 2 : 1], unsummed: seed % 2 == 1);
    }

    [Test]
    public void Linear_is_the_sum_of_matrix_products([Range(0, 2 * Cases - 1)] int seed)
    {
        var shapes = new RandomShapes(seed);
        var inputs = Enumerable.Range(0, shapes.Between(1, 3)).Select(_ => shapes.Spread()).ToArray();
        if (seed % 5 == 0)
        {
            inputs = [.. inputs.Select(input =>
                (new FeatureBlocks(input.Features.Blocks, shapes.Grid.Tokens / input.RowStep), input.RowStep))];
        }
        var outputs = Enumerable.Range(0, shapes.Between(1, 3)).Select(_ => shapes.Spread()).ToArray();
        var check = new OperationCheck(shapes.Random, shapes.Grid);
        for (var i = 0; i < inputs.Length; i++)
            check.Parameter($"x{i}", shapes.Grid.Spread(inputs[i].Features, inputs[i].RowStep));
        // Some matrices are smaller than the layouts, and some are stored as [input, output].
        var stored = outputs.Select((_, o) => inputs.Select((_, i) =>
            new FrozenMatrix($"matrix{o}{i}", shapes.Between(0, 1) == 1)).ToArray()).ToArray();
        var values = stored.Select((row, o) => row.Select((matrix, i) => Stored(
            matrix, Math.Max(1, outputs[o].Features.Features - shapes.Between(0, 2)), inputs[i].Features.Features)).ToArray()).ToArray();
        var full = inputs.All(input => input.Features.Columns == shapes.Grid.Tokens / input.RowStep);

        check.Verify(
            x => x[0].Graph.Add(new SpreadLinear(
                "linear",
                [.. outputs.Select((output, o) => new SpreadOutput($"y{o}", output.Features, output.RowStep, [.. stored[o]]))], [.. x])),
            x => [.. outputs.Select((output, o) => PlainTensor.Of([shapes.Grid.Examples, output.Features.Features], at =>
                PlainTensor.Sum(x.Count, i => PlainTensor.Sum(
                    inputs[i].Features.Features, f => x[i][at[0], f] * Element(o, i, at[1], f)))))],
            [.. outputs.Select(_ => full ? 2 : 3)]);

        double[,] Stored(FrozenMatrix matrix, int rows, int columns) =>
            matrix.Transposed ? check.Matrix(matrix.Name, columns, rows) : check.Matrix(matrix.Name, rows, columns);

        double Element(int o, int i, int row, int column)
        {
            var ((r, c), matrix) = (stored[o][i].Transposed ? (column, row) : (row, column), values[o][i]);
            return r < matrix.GetLength(0) && c < matrix.GetLength(1) ? matrix[r, c] : 0;
        }
    }

    [Test]
    public void Low_rank_adapter_from_packed_rows([Range(0, Cases - 1)] int seed)
    {
        var shapes = new RandomShapes(seed);
        var ((from, fromStep), (to, toStep), grid) = (shapes.Spread(), shapes.Spread(), shapes.Grid);
        var rank = shapes.Between(1, grid.Examples / 2);
        var rows = shapes.Between(2 * rank, grid.Examples);
        ExampleRow a = new("a", 0, grid.SpreadFactor(rank, from, fromStep)), b = new("b", rows - rank, grid.SpreadFactor(rank, to, toStep));
        var aValues = RandomValues.Uniform(shapes.Random, rank * from.Features);
        var bValues = RandomValues.Uniform(shapes.Random, rank * to.Features);
        var check = new OperationCheck(shapes.Random, grid);
        check.Parameter("x", grid.Spread(from, fromStep));
        check.Parameter("packed", grid.ExampleRows(rows), ExampleRow.Pack(grid, rows, (a, aValues), (b, bValues)));
        check.Verify(
            x =>
            {
                var factors = x[1].UnpackExampleRows(a, b);
                return [x[0].SpreadAdapter(factors[0], factors[1], 0.375), factors[1]];
            },
            x =>
            {
                // The packed values as a function of the factors, so that derivatives along slots that hold none of them are zero.
                var up = PlainTensor.Of([grid.Examples, rank, to.Features], at => At(x[1], b.First + at[1], to, toStep, at[2]));
                var low = PlainTensor.Of([grid.Examples, rank], at => 0.375 * PlainTensor.Sum(
                    from.Features, f => x[0][at[0], f] * At(x[1], at[1], from, fromStep, f)));
                return
                [
                    PlainTensor.Of([grid.Examples, to.Features], at => PlainTensor.Sum(rank, r => low[at[0], r] * up[at[0], r, at[1]])), up,
                ];
            },
            [4, 1]);
        Assert.That(b.Unpack(grid, ExampleRow.Pack(grid, rows, (a, aValues), (b, bValues))), Is.EqualTo(bValues));

        static Dual At(PlainTensor packed, int row, FeatureBlocks features, int rowStep, int feature) =>
            packed[row, feature % features.Columns * rowStep, feature / features.Columns];
    }

    [Test]
    public void What_is_not_spread_is_refused()
    {
        var grid = new SlotGrid(8, 4, 2);
        var graph = new Graph(grid);
        var features = new FeatureBlocks(2, 3);
        var full = graph.Input("full", grid.Features(features));
        var spread = graph.Input("spread", grid.Spread(features, 2));
        var packed = graph.Input("packed", grid.ExampleRows(3));
        Assert.Multiple(() =>
        {
            Assert.That(() => spread.SpreadFirstToken(2), Throws.ArgumentException.With.Message.Contains("spread"));
            Assert.That(() => full.SpreadFirstToken(4), Throws.ArgumentException.With.Message.Contains("3 columns every 4 rows"));
            Assert.That(() => full.RepeatOverTokens(), Throws.ArgumentException.With.Message.Contains("full"));
            Assert.That(() => spread.SpreadLinear(new FrozenMatrix("w"), new FeatureBlocks(2, 5), 2), Throws.ArgumentException);
            Assert.That(
                () => spread.SpreadLinear(new SpreadOutput("y", features, 2)),
                Throws.ArgumentException.With.Message.Contains("0 matrices"));
            Assert.That(() => spread.SpreadAdapter(full, full, 1), Throws.ArgumentException.With.Message.Contains("factors"));
            var beyond = new ExampleRow("a", 2, grid.SpreadFactor(2, features, 2));
            Assert.That(() => packed.UnpackExampleRows(beyond), Throws.ArgumentException.With.Message.Contains("rows"));
            Assert.That(() => grid.ExampleRows(5), Throws.ArgumentException);
            Assert.That(() => graph.Input("odd", grid.Spread(new FeatureBlocks(2, 2), 3)).RepeatOverTokens(), Throws.ArgumentException);
        });
    }
}
