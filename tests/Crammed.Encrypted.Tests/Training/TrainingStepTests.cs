using Crammed.Approximation;
using Crammed.Encrypted.Backends;
using Crammed.Encrypted.Training;
using static TorchSharp.torch;

namespace Crammed.Encrypted.Tests.Training;

/// <summary>The whole step against torch: nothing of it is shared with the oracle but the numbers that the model starts from.</summary>
[TestFixture]
public sealed class TrainingStepTests
{
    private static readonly (int Slots, int Tokens, int Hidden)[] Sizes = [(128, 8, 4), (128, 64, 4), (256, 16, 8)];
    private static readonly (int Max, int Refresh, int Start)[] Levels = [(12, 6, 12), (12, 8, 0), (9, 4, 1)];

    /// <summary>What the fits' errors may do to a pass of the model with seed 5: hundreds of passes in torch, so once.</summary>
    private static readonly Lazy<ModelGradients> PolynomialBound = new(MeasureBound);

    private static IEnumerable<TestCaseData> Passes() =>
        from size in Sizes
        from levels in Levels
        select new TestCaseData(size.Slots, size.Tokens, size.Hidden, levels.Max, levels.Refresh, levels.Start);

    [TestCaseSource(nameof(Passes))]
    public void Logits_and_all_gradients_equal_those_of_torch(
        int slots, int tokens, int hidden, int maxLevel, int refreshLevel, int startLevel)
    {
        var model = new TinyModel(seed: 5, slots, tokens, hidden);
        var parameters = Flat(model);
        var live = ClearVector.LiveCount;

        var actual = new CircuitRun(model, maxLevel, refreshLevel).Run(parameters, startLevel);

        Assert.That(ClearVector.LiveCount, Is.EqualTo(live), "vectors left behind");
        var expected = new TorchOracle(model).Run(parameters);
        var single = new TorchOracle(model, ScalarType.Float32).Run(parameters);
        Assert.That(actual.Logits, Is.EqualTo(expected.Logits).Within(Conditioning.Tolerance(expected.Logits, single.Logits)), "logits");
        var tolerance = Conditioning.Tolerance(expected.Parameters, single.Parameters);
        var offset = 0;
        foreach (var (name, rows, columns) in model.ParameterShapes)
        {
            var range = offset..(offset += rows * columns);
            Assert.That(actual.Parameters[range], Is.EqualTo(expected.Parameters[range]).Within(tolerance), name);
            Assert.That(expected.Parameters[range].Max(Math.Abs), Is.GreaterThan(1e3 * tolerance), $"{name} takes part");
        }
        tolerance = Conditioning.Tolerance(expected.Embedding, single.Embedding);
        Assert.That(actual.Embedding, Is.EqualTo(expected.Embedding).Within(tolerance), "embedding");
    }

    [Test]
    public void Several_updates_equal_those_of_a_scalar_optimizer([Values(1, 16)] double gradientScale)
    {
        var model = new TinyModel(seed: 6, slots: 256, tokens: 16, hidden: 8);
        var live = ClearVector.LiveCount;
        var circuit = new CircuitRun(model, maxLevel: 12, refreshLevel: 6);
        var step = model.Step(circuit.Shape.Layout(), gradientScale);
        var state = new OptimizerState(circuit.Backend.Load(circuit.Repeat(Flat(model)), 3), null, null);
        var inDouble = new ScalarTraining(model, ScalarType.Float64);
        var inSingle = new ScalarTraining(model, ScalarType.Float32);
        var start = Flat(model);
        for (var t = 1; t <= 4; t++)
        {
            // Large rates: a wrong update must show in the next step's logits.
            var rate = 0.05 * t;
            var batch = model.Batch(circuit.Shape.Layout(), values => circuit.Backend.Load(values, 2));
            (state, var logits) = step.Run(circuit.Context(), batch, state, t, rate);
            inDouble.Update(t, rate);
            inSingle.Update(t, rate);

            var tolerance = Conditioning.Tolerance(inDouble.Logits, inSingle.Logits);
            Assert.That(circuit.FirstTokens(logits), Is.EqualTo(inDouble.Logits).Within(tolerance), $"logits before update {t}");
            tolerance = Conditioning.Tolerance(inDouble.Parameters, inSingle.Parameters);
            var updated = circuit.Parameters(state.Parameters);
            Assert.That(updated, Is.EqualTo(inDouble.Parameters).Within(tolerance), $"parameters after update {t}");
            foreach (var vector in logits)
                vector.Dispose();
        }
        var smallestMove = inDouble.Parameters.Zip(start, (end, begin) => Math.Abs(end - begin)).Min();
        Assert.That(smallestMove, Is.GreaterThan(1e-6), "every parameter has moved");
        state.Dispose();
        Assert.That(ClearVector.LiveCount, Is.EqualTo(live), "vectors left behind");
    }

    /// <summary>
    /// With polynomials each function is off by at most its fit's measured error, in the value and in what the backward pass derives
    /// from the value. To first order the pass is off by the sum over all those values; a tenth covers second order and the
    /// difference quotients behind the sum.
    /// </summary>
    [Test]
    public void With_polynomials_the_pass_stays_within_the_bound_from_the_errors_of_the_fits()
    {
        var model = new TinyModel(seed: 5);
        var parameters = Flat(model);
        var bound = PolynomialBound.Value;

        var actual = new CircuitRun(model, maxLevel: 12, refreshLevel: 6, exactFunctions: false).Run(parameters, 3);

        var expected = new TorchOracle(model).Run(parameters);
        AssertWithin(actual.Logits, expected.Logits, bound.Logits, "logits");
        AssertWithin(actual.Parameters, expected.Parameters, bound.Parameters, "parameters");
        AssertWithin(actual.Embedding, expected.Embedding, bound.Embedding, "embedding");
    }

    [Test]
    public void The_oracle_of_that_bound_is_the_model_when_nothing_is_off()
    {
        var model = new TinyModel(seed: 5);
        var expected = new TorchOracle(model).Run(Flat(model)).All;
        var single = new TorchOracle(model, ScalarType.Float32).Run(Flat(model)).All;
        Assert.That(new PerturbedOracle(model).Run(Flat(model)).All, Is.EqualTo(expected).Within(Conditioning.Tolerance(expected, single)));
    }

    /// <summary>
    /// The first update is rate g / sqrt(g^2 + epsilon): its slope in g is at most 1 / sqrt(epsilon), and the root's error enters times
    /// the scaled gradient.
    /// </summary>
    [Test]
    public void With_polynomials_an_update_stays_within_the_bound_from_the_errors_of_the_fits()
    {
        const double rate = 0.1;
        var model = new TinyModel(seed: 5);
        var parameters = Flat(model);
        var circuit = new CircuitRun(model, maxLevel: 12, refreshLevel: 6, exactFunctions: false);
        var step = model.Step(circuit.Shape.Layout());
        var oracle = new ScalarTraining(model, ScalarType.Float64);
        oracle.Update(1, rate);

        var (state, logits) = step.Run(circuit.Context(), model.Batch(circuit.Shape.Layout(), values => circuit.Backend.Load(values, 3)),
            new OptimizerState(circuit.Backend.Load(circuit.Repeat(parameters), 3), null, null), 1, rate);

        var gradient = new TorchOracle(model).Run(parameters).Parameters;
        var gradientBound = PolynomialBound.Value.Parameters;
        var rootError = ErrorOf(step.Optimizer.InverseRoot);
        var largestSlope = 1 / Math.Sqrt(step.Optimizer.Epsilon);
        var bound = gradient.Zip(gradientBound, (g, error) => rate * (largestSlope * error + Math.Abs(g) * rootError)).ToArray();
        AssertWithin(circuit.Parameters(state.Parameters), oracle.Parameters, bound, "updated parameters");
        state.Dispose();
        foreach (var vector in logits)
            vector.Dispose();
    }

    private static ModelGradients MeasureBound()
    {
        var model = new TinyModel(seed: 5);
        var step = model.Step(model.TokenMajor);
        var layer = step.Model.Layers[0];
        return new PerturbedOracle(model).Bound(Flat(model), new Dictionary<string, double>
        {
            ["attention_norm"] = ErrorOf(layer.AttentionNorm.InverseDeviation),
            ["feed_forward_norm"] = ErrorOf(layer.FeedForwardNorm.InverseDeviation),
            ["final_norm"] = ErrorOf(step.Model.FinalNorm.InverseDeviation),
            ["head.tanh"] = ErrorOf(step.Model.Head.Tanh),
            ["sigmoid"] = ErrorOf(step.Sigmoid),
        });
    }

    private static double ErrorOf(FittedFunction function) =>
        ApproximationReport.Measure(function.Exact, function.Approximation.Evaluate, function.Approximation.Domain).MaxError;

    private static void AssertWithin(double[] actual, double[] expected, double[] bound, string what)
    {
        Assert.That(actual, Has.Length.EqualTo(expected.Length), what);
        // Rounding, as the exact functions leave it, is far below.
        const double rounding = 1e-12;
        for (var i = 0; i < actual.Length; i++)
            Assert.That(actual[i], Is.EqualTo(expected[i]).Within(1.1 * bound[i] + rounding), $"{what}[{i}]");
        Assert.That(bound.Max(), Is.LessThan(1e-3), $"{what}: a bound that says something");
        Assert.That(actual.Zip(expected, (a, e) => Math.Abs(a - e)).Max(), Is.GreaterThan(10 * rounding), $"{what}: polynomials were used");
    }

    private static double[] Flat(TinyModel model) => [.. model.ParameterShapes.SelectMany(shape => model.Parameters[shape.Name])];
}
