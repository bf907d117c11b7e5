using Crammed.Approximation;
using Crammed.Encrypted.Execution;
using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;
using Crammed.Encrypted.Tensors;

namespace Crammed.Encrypted.Tests.Tensors;

/// <summary>Optimizers on packed parameters against their plain formulas over several steps.</summary>
[TestFixture]
public sealed class UpdateTests
{
    private const int Steps = 6;
    private const double WeightDecay = 0.02;

    /// <summary>Epsilon over M^2, from wide domains of the root to narrow ones.</summary>
    private static readonly double[] Offsets = [0.3, 0.01, 1e-3, 5e-4];

    private static readonly Dictionary<double, AdamWHe> Optimizers = Offsets.ToDictionary(
        offset => offset, offset => new AdamWHe(0.9, 0.999, offset * 0.25, WeightDecay, 0.5));

    /// <summary>
    /// Parameters move by rate m / sqrt(v + epsilon) (1 + e), |e| at most 2^-10: each step adds at most 2^-10 of its own size; moments are
    /// exact.
    /// </summary>
    [Test]
    public void AdamW_HE_is_its_formula([ValueSource(nameof(Offsets))] double offset, [Values(1, 3)] int seed)
    {
        var (random, optimizer, grid) = (new Random(seed), Optimizers[offset], new SlotGrid(8, 4, 2));
        var layout = grid.Factor(seed, new FeatureBlocks(2, 3));
        var decayed = SlotCondition.Is(1, 2, 0);
        var run = new OptimizerRun(layout, graph =>
        {
            var inputs = new[] { "parameters", "gradient", "first", "second" }.Select(name => graph.Input(name, layout)).ToArray();
            var state = inputs[0].AdamWHe(inputs[1], inputs[2], inputs[3], optimizer, decayed);
            return (inputs, [state.Parameters, state.First, state.Second]);
        });
        var (count, rate) = (layout.Shape[0] * layout.Shape[1], 0.01);
        double[][] state = [RandomValues.Uniform(random, count), new double[count], new double[count]];
        var (theta, m, v) = (state[0].ToArray(), new double[count], new double[count]);
        var moved = new double[count];
        // Gradients of very different sizes, the largest within M.
        var sizes = Enumerable.Range(0, count).Select(_ => 0.5 * Math.Pow(10, -4 * random.NextDouble())).ToArray();
        for (var step = 1; step <= Steps; step++)
        {
            var lossScale = 1 << step;
            var gradient = sizes.Select(size => size * (2 * random.NextDouble() - 1)).ToArray();
            (state, var levels) = run.Step(
                [state[0], [.. gradient.Select(g => g * lossScale)], state[1], state[2]], optimizer.Scalars(step, rate, lossScale));
            for (var i = 0; i < count; i++)
            {
                m[i] = optimizer.Beta1 * m[i] + (1 - optimizer.Beta1) * gradient[i];
                v[i] = optimizer.Beta2 * v[i] + (1 - optimizer.Beta2) * gradient[i] * gradient[i];
                var direction = m[i] / (1 - Math.Pow(optimizer.Beta1, step))
                    / Math.Sqrt(v[i] / (1 - Math.Pow(optimizer.Beta2, step)) + optimizer.Epsilon);
                // Features are blocks by columns; the first block decays.
                theta[i] -= rate * ((i % layout.Shape[1] < 3 ? WeightDecay * theta[i] : 0) + direction);
                moved[i] += rate * Math.Abs(direction);
                Assert.That(state[0][i], Is.EqualTo(theta[i]).Within(moved[i] / 1024 + 1e-14));
                Assert.That(
                    state[1][i], Is.EqualTo(m[i] / (1 - Math.Pow(optimizer.Beta1, step)) / optimizer.GradientBound).Within(1e-13));
                var second = v[i] / (1 - Math.Pow(optimizer.Beta2, step)) / (optimizer.GradientBound * optimizer.GradientBound);
                Assert.That(state[2][i] / optimizer.Lift, Is.EqualTo(second).Within(1e-13));
            }
            Assert.That(levels, Is.EqualTo(new[] { optimizer.Depth, 1, 2 }));
        }
        Assert.That(moved.Min(), Is.GreaterThan(0));
    }

    [Test]
    public void Root_is_within_2_to_the_minus_10_on_its_domain([ValueSource(nameof(Offsets))] double offset)
    {
        var optimizer = Optimizers[offset];
        var report = optimizer.Root.Report(ErrorKind.Relative);
        TestContext.Out.WriteLine($"{optimizer}: {report}");
        Assert.Multiple(() =>
        {
            Assert.That(report.MaxError, Is.LessThanOrEqualTo(1.0 / 1024));
            Assert.That(optimizer.RootDomain.Low, Is.InRange(0.875 * offset, 0.94 * offset));
            Assert.That(optimizer.RootDomain.High, Is.EqualTo(optimizer.RootDomain.Low + 1).Within(1e-15));
            Assert.That(optimizer.ScaledPolynomial.AffineDepth, Is.Zero, "the map onto [-1, 1] only shifts");
        });
    }

    /// <summary>What the plan warned of: one Newton step after degree 31 misses on the widest domains.</summary>
    [Test]
    public void Degree_31_with_one_Newton_step_misses_on_a_wide_domain() => Assert.That(
        InverseSquareRootNewton.Create(new Interval(1e-3, 1), 31, 1).Report(ErrorKind.Relative).MaxError, Is.GreaterThan(1.0 / 1024));

    [Test]
    public void A_second_moment_beyond_the_bound_is_an_error()
    {
        var (optimizer, layout) = (Optimizers[1e-3], new SlotGrid(8, 4, 2).PerToken());
        var run = new OptimizerRun(layout, graph =>
        {
            var inputs = new[] { "parameters", "gradient", "first", "second" }.Select(name => graph.Input(name, layout)).ToArray();
            var state = inputs[0].AdamWHe(inputs[1], inputs[2], inputs[3], optimizer);
            return (inputs, [state.Parameters, state.First, state.Second]);
        });
        var zeros = new double[32];
        var failure = Assert.Catch(() => run.Step([zeros, [.. zeros.Select(_ => 0.51)], zeros, zeros], optimizer.Scalars(1, 0.1, 1)));
        Assert.That(failure?.GetBaseException(), Is.TypeOf<RangeViolationException>().With.Message.Contains("inverse_root"));
    }

    [Test]
    public void Nesterov_is_its_formula([Values(0, 0.9)] double momentum, [Values(1, 3)] int seed)
    {
        var (random, optimizer, grid) = (new Random(seed), new Nesterov(momentum, WeightDecay, 0.25), new SlotGrid(8, 4, 2));
        var layout = grid.Factor(seed, new FeatureBlocks(2, 3));
        var run = new OptimizerRun(layout, graph =>
        {
            var inputs = new[] { "parameters", "gradient", "velocity" }.Select(name => graph.Input(name, layout)).ToArray();
            var (parameters, velocity) = inputs[0].Nesterov(inputs[1], inputs[2], optimizer);
            return (inputs, [parameters, velocity]);
        });
        var (count, rate) = (layout.Shape[0] * layout.Shape[1], 0.1);
        double[][] state = [RandomValues.Uniform(random, count), new double[count]];
        var (theta, u) = (state[0].ToArray(), new double[count]);
        for (var step = 1; step <= Steps; step++)
        {
            var gradient = RandomValues.Uniform(random, count, -0.25, 0.25);
            (state, var levels) = run.Step([state[0], [.. gradient.Select(g => g * 32)], state[1]], optimizer.Scalars(step, rate, 32));
            for (var i = 0; i < count; i++)
            {
                u[i] = momentum * u[i] + gradient[i];
                theta[i] -= rate * (WeightDecay * theta[i] + gradient[i] + momentum * u[i]);
            }
            Assert.That(levels, Is.EqualTo(new[] { 1, 1 }));
            // A step rounds a dozen numbers below 4.
            var tolerance = new Rounding(12 * step, 4).Tolerance;
            Assert.That(state[0], Is.EqualTo(theta).Within(tolerance));
            Assert.That(state[1].Select(value => value * optimizer.GradientBound), Is.EqualTo(u).Within(tolerance));
        }
    }

    [Test]
    public void Numbers_out_of_range_are_refused() => Assert.Multiple(() =>
    {
        Assert.That(() => new AdamWHe(1, 0.999, 1e-3, 0, 1), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => new AdamWHe(0.9, 0.999, 0, 0, 1), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => new AdamWHe(0.9, 0.999, 1e-3, -1, 1), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => new AdamWHe(0.9, 0.999, 1e-3, 0, double.NaN), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => new AdamWHe(0.9, 0.999, 1e-9, 0, 1), Throws.ArgumentException.With.Message.Contains("raise epsilon"));
        Assert.That(() => new Nesterov(1, 0, 1), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => Optimizers[0.3].Scalars(0, 1, 1), Throws.InstanceOf<ArgumentOutOfRangeException>());
    });

    [Test]
    public void Tensors_that_lie_in_other_ways_are_refused()
    {
        var grid = new SlotGrid(8, 4, 2);
        var graph = new Graph(grid);
        var (packed, other) = (graph.Input("packed", grid.PerToken()), graph.Input("other", grid.PerExample()));
        Assert.That(() => packed.AdamWHe(packed, other, packed, Optimizers[0.3]), Throws.ArgumentException.With.Message.Contains("other"));
        Assert.That(() => packed.Nesterov(other, packed, new Nesterov(0, 0, 1)), Throws.ArgumentException.With.Message.Contains("other"));
    }

    /// <summary>Runs an optimizer's program step by step.</summary>
    private sealed class OptimizerRun(Layout layout, Func<Graph, (Tensor[] Inputs, Tensor[] Results)> optimizer)
    {
        private const int Top = 30;

        /// <summary>Values of the results, and the levels that they take.</summary>
        public (double[][] Values, int[] Levels) Step(double[][] given, IReadOnlyDictionary<string, double> scalars)
        {
            var graph = new Graph(layout.Grid);
            var (inputs, results) = optimizer(graph);
            var made = GraphRun.Execute(
                graph, inputs.Zip(given, (tensor, values) => (tensor, layout.Pack(values))).ToDictionary(),
                new Dictionary<string, FrozenWeights>(), results, Top, scalars);
            var values = results.Select(result => layout.Unpack(made[result].Vectors));
            return ([.. values], [.. results.Select(result => Top - made[result].Level)]);
        }
    }
}
