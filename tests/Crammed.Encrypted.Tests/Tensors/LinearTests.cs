using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;
using Crammed.Encrypted.Tensors;

namespace Crammed.Encrypted.Tests.Tensors;

/// <summary>Frozen maps and elementwise products against plain loops over random shapes.</summary>
[TestFixture]
public sealed class LinearTests
{
    private const int Cases = 25;

    [Test]
    public void Linear_is_the_sum_of_matrix_products([Range(0, Cases - 1)] int seed)
    {
        var shapes = new RandomShapes(seed);
        var inputs = Enumerable.Range(0, shapes.Between(1, 3)).Select(_ => shapes.Features()).ToArray();
        var outputs = Enumerable.Range(0, shapes.Between(1, 3)).Select(_ => shapes.Features()).ToArray();
        var check = new OperationCheck(shapes.Random, shapes.Grid);
        for (var i = 0; i < inputs.Length; i++)
            check.Parameter($"x{i}", shapes.Grid.Features(inputs[i]));
        // Some matrices are stored as [input, output].
        var stored = outputs.Select((_, o) => inputs.Select((_, i) => Stored($"matrix{o}{i}")).ToArray()).ToArray();
        var values = stored.Select((row, o) => row.Select((matrix, i) => matrix.Transposed
            ? check.Matrix(matrix.Name, inputs[i].Features, outputs[o].Features)
            : check.Matrix(matrix.Name, outputs[o].Features, inputs[i].Features)).ToArray()).ToArray();

        check.Verify(
            x => x.Linear([.. outputs.Select((features, o) => new LinearOutput($"y{o}", features, [.. stored[o]]))]),
            x => [.. outputs.Select((features, o) => PlainTensor.Of([shapes.Grid.Examples, shapes.Grid.Tokens, features.Features], at =>
                PlainTensor.Sum(x.Count, i => PlainTensor.Sum(inputs[i].Features, f =>
                    x[i][at[0], at[1], f] * (stored[o][i].Transposed ? values[o][i][f, at[2]] : values[o][i][at[2], f])))))],
            [.. outputs.Select(_ => 1)]);

        FrozenMatrix Stored(string name) => new(name, Transposed: shapes.Between(0, 1) == 1);
    }

    [Test]
    public void Linear_takes_matrices_that_are_smaller_than_the_layout([Range(0, 9)] int seed)
    {
        var shapes = new RandomShapes(seed);
        var (from, to) = (shapes.Features(), shapes.Features());
        var (rows, columns) = (shapes.Between(1, to.Features), shapes.Between(1, from.Features));
        var check = new OperationCheck(shapes.Random, shapes.Grid);
        check.Parameter("x", shapes.Grid.Features(from));
        var matrix = check.Matrix("matrix", rows, columns);
        check.Verify(
            x => [x[0].Linear(new FrozenMatrix("matrix"), to)],
            x => [PlainTensor.Of([shapes.Grid.Examples, shapes.Grid.Tokens, to.Features], at =>
                at[2] < rows ? PlainTensor.Sum(columns, f => x[0][at[0], at[1], f] * matrix[at[2], f]) : 0)],
            [1]);
    }

    [Test]
    public void Multiply_is_elementwise([Range(0, Cases - 1)] int seed)
    {
        var shapes = new RandomShapes(seed);
        var layout = shapes.Grid.Features(shapes.Features());
        var check = new OperationCheck(shapes.Random, shapes.Grid);
        check.Parameter("a", layout);
        check.Parameter("g", layout);
        check.Parameter("token", shapes.Grid.PerToken());
        check.Data("mask", shapes.Grid.PerToken());
        check.Verify(
            x => [x[0] * x[1], x[0] * x[2], x[3] * x[1] * x[1]],
            x =>
            [
                PlainTensor.Of(x[0].Shape, at => x[0][at] * x[1][at]),
                PlainTensor.Of(x[0].Shape, at => x[0][at] * x[2][at[..2]]),
                PlainTensor.Of(x[0].Shape, at => x[3][at[..2]] * x[1][at] * x[1][at]),
            ],
            [1, 1, 2]);
    }

    /// <summary>A gradient in parts of sums stays one.</summary>
    [Test]
    public void Repeated_values_are_multiplied_copy_by_copy([Range(0, 9)] int seed)
    {
        var shapes = new RandomShapes(seed);
        var layout = seed % 2 == 0 ? shapes.Grid.Ranks(shapes.Between(1, 3)) : shapes.Grid.OneToken(shapes.Features());
        var check = new OperationCheck(shapes.Random, shapes.Grid);
        check.Parameter("u", layout);
        check.Parameter("v", layout);
        check.Verify(
            x => [x[0] * x[1]], x => [PlainTensor.Of(x[0].Shape, at => x[0][at] * x[1][at])], [1], unsummed: shapes.Between(0, 1) == 1);
    }

    [Test]
    public void Tensors_of_other_layouts_do_not_meet()
    {
        var grid = new SlotGrid(4, 2, 4);
        var graph = new Graph(grid);
        var features = new FeatureBlocks(3, 2);
        var x = graph.Input("x", grid.Features(features));
        var other = graph.Input("other", grid.Features(new FeatureBlocks(2, 3)));
        var ranks = graph.Input("ranks", grid.Ranks(2));
        Assert.Multiple(() =>
        {
            Assert.That(() => x * other, Throws.ArgumentException.With.Message.Contains("3@1+2|feature"));
            Assert.That(() => x * ranks, Throws.ArgumentException);
            Assert.That(() => ranks.Linear(new FrozenMatrix("w"), features), Throws.ArgumentException.With.Message.Contains("ranks"));
            Assert.That(
                () => x.Linear(new LinearOutput("y", features, new FrozenMatrix("a"), new FrozenMatrix("b"))), Throws.ArgumentException);
        });
    }
}
