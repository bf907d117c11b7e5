using Crammed.Approximation;
using Crammed.Encrypted.Execution;
using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Tensors;

namespace Crammed.Encrypted.Tests.Tensors;

/// <summary>Gradients of losses by the logits against central differences of the losses themselves.</summary>
[TestFixture]
public sealed class LossTests
{
    private const int Cases = 12;
    private const double LossScale = 64;

    /// <summary>A step of central differences, whose third derivatives, below 1 here, leave a sixth of its square.</summary>
    private const double Step = 1e-4;

    private static readonly UnitPolynomial Sigmoid =
        new("sigmoid", ChebyshevFit.Interpolate(x => 1 / (1 + Math.Exp(-x)), new Interval(-8, 8), 31));

    /// <summary>Logits of the tests less their mean stay within 6.</summary>
    private static readonly UnitPolynomial Exp = new("exp", ChebyshevFit.Interpolate(Math.Exp, new Interval(-6, 6), 31));

    [Test]
    public void Cross_entropy([Range(0, Cases - 1)] int seed)
    {
        var error = ApproximationReport.Measure(x => 1 / (1 + Math.Exp(-x)), Sigmoid.Evaluate, Sigmoid.Domain).MaxError;
        Assert.That(error, Is.LessThan(2e-4));
        Check(
            HeadTests.Draw(seed, classes: 2), oneHot: true,
            (logits, labels, weights, shape, batch) => logits.CrossEntropyGradient(labels, weights, shape, batch, Sigmoid),
            2 + Sigmoid.Depth,
            (logits, labels) => Math.Log(Math.Exp(logits[0]) + Math.Exp(logits[1])) - logits[0] * labels[0] - logits[1] * labels[1],
            error + Step * Step);
    }

    /// <summary>
    /// A probability is exp(c) times the inverse of a sum: the inverse's error counts e^6 times at most, that of an exponential a C-th in the
    /// product and as much in the sum.
    /// </summary>
    [Test]
    public void Cross_entropy_of_many_classes([Range(0, Cases - 1)] int seed)
    {
        var drawn = HeadTests.Draw(seed);
        if (drawn.Shape.Classes == 1)
            drawn = HeadTests.Draw(seed, classes: 2);
        var classes = drawn.Shape.Classes;
        var inverse = new UnitPolynomial(
            "inverse", ChebyshevFit.Interpolate(x => 1 / x, new Interval(0.95 * classes, 1.05 * classes * Math.Cosh(6)), 127));
        var inverseError = ApproximationReport.Measure(x => 1 / x, inverse.Evaluate, inverse.Domain).MaxError;
        var exponentialError = ApproximationReport.Measure(Math.Exp, Exp.Evaluate, Exp.Domain).MaxError;
        var error = Math.Exp(6) * inverseError + 2 * exponentialError / classes;
        Assert.That(error, Is.LessThan(2e-4));
        Check(
            drawn, oneHot: true,
            (logits, labels, weights, shape, batch) => logits.SoftmaxGradient(labels, weights, shape, batch, Exp, inverse),
            4 + Exp.Depth + inverse.Depth + classes % 2,
            (logits, labels) => Math.Log(logits.Sum(Math.Exp)) - logits.Zip(labels, (z, y) => z * y).Sum(), error + Step * Step);
    }

    [Test]
    public void Squared_error([Range(0, Cases - 1)] int seed) => Check(
        HeadTests.Draw(seed), oneHot: false, (outputs, targets, weights, shape, batch) => outputs.SquaredErrorGradient(targets, weights, shape, batch), 2,
        (outputs, targets) => outputs.Zip(targets, (z, y) => (z - y) * (z - y)).Sum(), 1e-9);

    [Test]
    public void Logits_whose_difference_leaves_the_domain_are_an_error()
    {
        var shape = new HeadShape(new SlotGrid(8, 4, 2), new FeatureBlocks(2, 3), 4, 8, 2);
        var failure = Assert.Catch(() => Gradient(
            shape, [.. Enumerable.Range(0, 8).Select(i => i == 0 ? 9.0 : 0)], new double[8], [1, 1, 1, 1],
            (logits, labels, weights) => logits.CrossEntropyGradient(labels, weights, shape, 4, Sigmoid)));
        Assert.That(failure?.GetBaseException(), Is.TypeOf<RangeViolationException>().With.Message.Contains("sigmoid"));
    }

    [Test]
    public void What_does_not_fit_is_refused()
    {
        var shape = new HeadShape(new SlotGrid(8, 4, 2), new FeatureBlocks(2, 3), 4, 8, 2);
        var graph = new Graph(shape.Grid);
        var (logits, weights) = (graph.Input("logits", shape.Logits), graph.Input("weights", shape.Grid.PerExample()));
        Assert.Multiple(() =>
        {
            Assert.That(() => logits.SquaredErrorGradient(weights, weights, shape, 4), Throws.ArgumentException);
            Assert.That(() => logits.SquaredErrorGradient(logits, logits, shape, 4), Throws.ArgumentException);
            Assert.That(() => logits.SquaredErrorGradient(logits, weights, shape, 0), Throws.InstanceOf<ArgumentOutOfRangeException>());
        });
    }

    private static void Check(
        (Random Random, HeadShape Shape) drawn, bool oneHot, Func<Tensor, Tensor, Tensor, HeadShape, int, Tensor> circuit, int levels,
        Func<double[], double[], double> loss, double error)
    {
        var (random, shape) = drawn;
        var (examples, batch) = (shape.Grid.Examples, shape.Grid.Examples * 2);
        var logits = RandomValues.Uniform(random, examples * shape.Classes, -3, 3);
        var labels = oneHot
            ? [.. Enumerable.Range(0, examples).SelectMany(_ => OneHot(random.Next(shape.Classes), shape.Classes))]
            : RandomValues.Uniform(random, examples * shape.Classes);
        // Some examples are padding.
        var weights = Enumerable.Range(0, examples).Select(_ => random.Next(3) == 0 ? 0.0 : 1).ToArray();

        var (vectors, level) = Gradient(shape, logits, labels, weights, (z, y, w) => circuit(z, y, w, shape, batch));

        Assert.That(level, Is.EqualTo(levels));
        var expected = logits.Select((_, i) => (Loss(i, Step) - Loss(i, -Step)) / (2 * Step) * LossScale).ToArray();
        Assert.That(vectors, Is.EqualTo(shape.Logits.Pack(expected)).Within(LossScale * error / batch));
        Assert.That(expected.Max(Math.Abs), Is.GreaterThan(100 * LossScale * error / batch), "the tolerance means something");

        double Loss(int moved, double step)
        {
            var changed = logits.Select((value, i) => i == moved ? value + step : value).ToArray();
            var losses = changed.Chunk(shape.Classes).Zip(labels.Chunk(shape.Classes), loss);
            return losses.Zip(weights, (value, weight) => weight * value).Sum() / batch;
        }
    }

    private static IEnumerable<double> OneHot(int label, int classes) => Enumerable.Range(0, classes).Select(c => c == label ? 1.0 : 0);

    private static (double[][] Vectors, int Levels) Gradient(
        HeadShape shape, double[] logits, double[] labels, double[] weights, Func<Tensor, Tensor, Tensor, Tensor> circuit)
    {
        var graph = new Graph(shape.Grid);
        var weightLayout = shape.Grid.PerExample();
        Tensor[] given = [graph.Input("logits", shape.Logits), graph.Input("labels", shape.Logits), graph.Input("weights", weightLayout)];
        var gradient = circuit(given[0], given[1], given[2]);
        double[][] values = [logits, labels, weights];
        var made = GraphRun.Execute(
            graph, given.Zip(values, (tensor, numbers) => (tensor, tensor.Layout.Pack(numbers))).ToDictionary(),
            new Dictionary<string, FrozenWeights>(), [gradient], 40,
            new Dictionary<string, double> { [ScalarNames.LossScale] = LossScale });
        return ([.. made[gradient].Vectors], 40 - made[gradient].Level);
    }
}
