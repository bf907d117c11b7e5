using Crammed.Approximation;
using Crammed.Encrypted.Execution;
using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Tensors;

namespace Crammed.Encrypted.Tests.Tensors;

/// <summary>ReLU against plain loops that use the same polynomials, of tokens and of a spread token, alone and with a factor.</summary>
[TestFixture]
public sealed class ReluTests
{
    private const int Cases = 24;

    private static readonly StepFunction[] Steps =
    [
        new("gate", new RectifiedLinear(3)), new("gate", new RectifiedLinear(0.5, [3, 5])), new("gate", new RectifiedLinear(1, [7])),
    ];

    [Test]
    public void Relu_of_features_by_token([Range(0, Cases - 1)] int seed)
    {
        var shapes = new RandomShapes(seed);
        Check(shapes, shapes.Grid.Features(shapes.Features()), Steps[seed % Steps.Length], hasFactor: seed % 2 == 1);
    }

    [Test]
    public void Relu_of_a_spread_token([Range(0, Cases - 1)] int seed)
    {
        var shapes = new RandomShapes(seed);
        var (features, rowStep) = shapes.Spread();
        Check(shapes, shapes.Grid.Spread(features, rowStep), Steps[seed % Steps.Length], hasFactor: seed % 2 == 1);
    }

    /// <summary>Also where only one of both needs a gradient.</summary>
    [Test]
    public void Only_wanted_gradients_are_made([Values] bool ofFactor)
    {
        var shapes = new RandomShapes(1);
        var layout = shapes.Grid.Features(shapes.Features());
        var check = new OperationCheck(shapes.Random, shapes.Grid);
        if (ofFactor)
            check.Data("x", layout);
        else
            check.Parameter("x", layout);
        if (ofFactor)
            check.Parameter("factor", layout);
        else
            check.Data("factor", layout);
        check.Verify(
            x => x[0].Relu(Steps[0], x[1]).Source!.Results, x => Plain(x[0], x[1], Steps[0]), [Steps[0].Depth + 1, Steps[0].Depth], seeded: 1);
    }

    /// <summary>The paper's degrees, 15, 15 and 27: 4, 4 and 5 levels, without one for the bound.</summary>
    [Test]
    public void The_step_takes_thirteen_levels() => Assert.That(Steps[0].Depth, Is.EqualTo(13));

    /// <summary>The message is for whoever calibrates: it says which layer and tensor.</summary>
    [Test]
    public void A_value_outside_the_bound_is_named()
    {
        var grid = new SlotGrid(4, 2, 4);
        var graph = new Graph(grid);
        var x = graph.Input("x", grid.Features(new FeatureBlocks(4, 1)));
        var result = x.Relu(new StepFunction("layer1.feed_forward.gate", new RectifiedLinear(3)));
        var given = new Dictionary<Tensor, double[][]> { [x] = [[.. Enumerable.Repeat(1.01, grid.SlotCount)]] };
        var failure = Assert.Catch(() => GraphRun.Execute(graph, given, new Dictionary<string, FrozenWeights>(), [result], 20));
        Assert.That(failure?.GetBaseException(), Is.TypeOf<RangeViolationException>().With.Message.Contains("layer1.feed_forward.gate: 1.01"));
    }

    [Test]
    public void What_does_not_fit_is_refused()
    {
        var grid = new SlotGrid(8, 2, 4);
        var graph = new Graph(grid);
        var x = graph.Parameter("x", grid.Features(new FeatureBlocks(4, 2)));
        var relu = x.Relu(Steps[1]);
        Assert.Multiple(() =>
        {
            Assert.That(() => x.Relu(Steps[0], graph.Input("other", grid.Features(new FeatureBlocks(4, 1)))), Throws.ArgumentException);
            Assert.That(() => graph.Input("mask", grid.PerToken()).Relu(Steps[0]), Throws.ArgumentException);
            Assert.That(
                () => graph.Input("spread", grid.Spread(new FeatureBlocks(4, 2), 3)).Relu(Steps[0]),
                Throws.ArgumentException.With.Message.Contains("every row of 3"));
            Assert.That(
                () => graph.Differentiate((relu.Source!.Results[1], graph.Input("seed", x.Layout))), Throws.TypeOf<NotSupportedException>());
        });
    }

    private static void Check(RandomShapes shapes, Layout layout, StepFunction step, bool hasFactor)
    {
        var check = new OperationCheck(shapes.Random, shapes.Grid);
        check.Parameter("x", layout);
        if (hasFactor)
            check.Parameter("factor", layout, 2);
        check.Verify(
            x => x[0].Relu(step, hasFactor ? x[1] : null).Source!.Results, x => Plain(x[0], hasFactor ? x[1] : null, step),
            [step.Depth + 1, step.Depth], seeded: 1, unsummed: false);
    }

    /// <summary>The product and the step, whose own derivative is left out, as that of a true step would be.</summary>
    private static PlainTensor[] Plain(PlainTensor x, PlainTensor? factor, StepFunction step)
    {
        var steps = PlainTensor.Of(x.Shape, at => new Dual(StepAt(step, x[at].Value.Value), default));
        return [PlainTensor.Of(x.Shape, at => x[at] * steps[at] * (factor is null ? 1 : factor[at])), steps];
    }

    /// <summary>
    /// The step as approximated. Rounding: a stage is evaluated within 8 roundings a degree of its coefficients' sizes on either side, in
    /// coefficients that are each a mean of as many such values, off by 4 roundings of each more; and it passes on what its argument is off
    /// by, times at most k^2 for T_k.
    /// </summary>
    private static Rounded StepAt(StepFunction step, double x)
    {
        var error = 2 * Rounding.Unit;
        foreach (var stage in step.Exact.Stages)
        {
            var size = stage.Coefficients.Sum(Math.Abs);
            var coefficients = (stage.Degree + 1) * (8 * stage.Degree + 4 * (stage.Degree + 1)) * Rounding.Unit * size;
            error = stage.Coefficients.Select((c, k) => Math.Abs(c) * k * k * error).Sum() + 16 * stage.Degree * Rounding.Unit * size + coefficients;
        }
        return Rounded.Within(step.Exact.Evaluate(step.Bound * x), error);
    }
}
