using Crammed.Approximation;
using Crammed.Encrypted.Backends;

namespace Crammed.Encrypted.Tests.Backends;

/// <summary>Size, shape and independence of the noise that stands for the noise of ciphertexts.</summary>
[TestFixture]
public sealed class NoiseInjectionTests
{
    private const int Slots = 1 << 14;
    private const int MaxLevel = 6;

    /// <summary>How many standard deviations of the statistic are allowed: 6 of them happen once in 10^9 draws; seeds are fixed.</summary>
    private const double Deviations = 6;

    private static readonly PlainSlots Ones = new([.. Enumerable.Repeat(1.0, Slots)]);

    /// <summary>A size of its own for every kind and level, so that a mix-up shows.</summary>
    private sealed class Model : INoiseModel
    {
        public double Fresh(int level) => 1e-6 * (1 + level);

        public double Rescale(int level) => 1e-5 * (1 + level);

        public double KeySwitch(int level) => 1e-4 * (1 + level);

        public double Polynomial(PolynomialPlan plan, int level, double argument) => 1e-3 * (1 + level) * (1.5 + argument);
    }

    /// <summary>Operations on a and b at level 4, the exact value from theirs, and the deviation of the noise added.</summary>
    private static IEnumerable<TestCaseData> Operations()
    {
        var model = new Model();
        return
        [
            Case("multiply scalar", (k, a, _) => k.MultiplyScalar(a, 0.5), (a, _) => 0.5 * a, model.Rescale(3)),
            Case("plain products", (k, a, b) => k.SumOfPlainProducts([a, b], [Ones, Ones]), (a, b) => a + b, model.Rescale(3)),
            Case("products", (k, a, b) => k.SumOfProducts([a, a], [b, b]), (a, b) => 2 * a * b, model.Rescale(3)),
            Case("squared differences", (k, a, b) => k.SumOfSquaredDifferences([a], [b]), (a, b) => (a - b) * (a - b), model.Rescale(3)),
            Case("combinations", (k, a, b) => k.LinearCombinations([a, b], new double[,] { { 1, 0 }, { 2, 1 } }, null)[1],
                (a, b) => 2 * a + b, model.Rescale(3)),
            Case("lower", (k, a, _) => k.LowerTo(a, 2), (a, _) => a, model.Rescale(2)),
            Case("rotate by nothing", (k, a, _) => k.Rotate(a, Slots), (a, _) => a, 0),
            Case("refresh", (k, a, _) => k.Refresh([a], 5)[0], (a, _) => a, model.Fresh(5)),
            Case("add", (k, a, b) => k.Add(a, b), (a, b) => a + b, 0),
            Case("subtract from lower", (k, a, b) => k.Subtract(k.LowerTo(a, 1), b),
                (a, b) => a - b, Math.Sqrt(2) * model.Rescale(1)),
            Case("negate", (k, a, _) => k.Negate(a), (a, _) => -a, 0),
            Case("add constant", (k, a, _) => k.AddConstant(a, 2), (a, _) => a + 2, 0),
            Case("multiply integer", (k, a, _) => k.MultiplyInteger(a, 4), (a, _) => 4 * a, 0),
        ];

        static TestCaseData Case(
            string name, Func<ISlotBackend, SlotVector, SlotVector, SlotVector> run, Func<double, double, double> exact,
            double deviation) =>
            new TestCaseData(run, exact, deviation).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Operations))]
    public void Noise_has_the_deviation_that_the_model_gives_the_operation(
        Func<ISlotBackend, SlotVector, SlotVector, SlotVector> run, Func<double, double, double> exact, double deviation)
    {
        var backend = Backend(seed: 1);
        var random = new Random(2);
        using var a = backend.Load(RandomValues.Uniform(random, Slots), 4);
        using var b = backend.Load(RandomValues.Uniform(random, Slots), 4);
        using var result = run(backend, a, b);
        AssertGaussian(Difference(result, [.. ClearBackend.Read(a).Zip(ClearBackend.Read(b), exact)]), deviation);
    }

    [Test]
    public void A_fresh_vector_and_a_rotated_one_carry_theirs()
    {
        var backend = Backend(seed: 1);
        using var fresh = backend.Load(new double[Slots], 3);
        AssertGaussian(ClearBackend.Read(fresh), new Model().Fresh(3));
        var rotated = backend.Rotate(fresh, [5, Slots / 2]);
        foreach (var (vector, steps) in rotated.Zip(new[] { 5, Slots / 2 }))
        {
            var values = ClearBackend.Read(fresh);
            double[] exact = [.. Enumerable.Range(0, Slots).Select(i => values[(i + steps) % Slots])];
            AssertGaussian(Difference(vector, exact), new Model().KeySwitch(3));
        }
    }

    /// <summary>
    /// Each slot's in units of what the model says of its argument, at the level on which the plan begins. The map of the wider domain adds
    /// 6e-5 to that, times a slope of at most 0.4: 1 % of the least that the plan adds.
    /// </summary>
    [Test]
    public void A_polynomial_s_noise_depends_on_the_argument_of_its_plan([Values(1.0, 4.0)] double bound)
    {
        var backend = Backend(seed: 1);
        var function = new FittedFunction(
            "f", Math.Atan, ChebyshevFit.Interpolate(x => 0.1 * Math.Atan(x), new Interval(-bound, bound), 7), []);
        using var a = backend.Load(RandomValues.Uniform(new Random(2), Slots, -0.99 * bound, 0.99 * bound), 6);
        using var result = backend.Evaluate([a], function)[0];
        var arguments = ClearBackend.Read(a);
        var noise = Difference(result, [.. arguments.Select(function.Approximation.Evaluate)]);
        var (model, level) = (new Model(), 6 - function.Approximation.AffineDepth);
        AssertGaussian([.. noise.Select((value, i) => value / model.Polynomial(function.Approximation.Plan, level, arguments[i] / bound))], 1);
    }

    /// <summary>
    /// Stretches of one table: two of them are independent unless they overlap, which at 2^14 of 2^20 few pairs do, and then with a
    /// shift. The correlation of independent noise has standard deviation 1 / sqrt(slots).
    /// </summary>
    [Test]
    public void Noise_of_different_draws_and_seeds_is_not_the_same()
    {
        var draws = new List<double[]>();
        foreach (var seed in new[] { 1, 2 })
        {
            var backend = Backend(seed);
            for (var i = 0; i < 20; i++)
            {
                using var vector = backend.Load(new double[Slots], 3);
                draws.Add(ClearBackend.Read(vector));
            }
        }
        var variance = Math.Pow(new Model().Fresh(3), 2);
        for (var i = 0; i < draws.Count; i++)
        {
            for (var j = 0; j < i; j++)
            {
                var correlation = draws[i].Zip(draws[j], (x, y) => x * y).Average() / variance;
                Assert.That(Math.Abs(correlation), Is.LessThan(Deviations / Math.Sqrt(Slots)), $"draws {i} and {j}");
            }
        }
    }

    [Test]
    public void The_same_seed_gives_the_same_noise()
    {
        var (first, second) = (Backend(seed: 3), Backend(seed: 3));
        for (var i = 0; i < 5; i++)
        {
            using var x = first.Load(new double[Slots], 2);
            using var y = second.Load(new double[Slots], 2);
            Assert.That(ClearBackend.Read(x), Is.EqualTo(ClearBackend.Read(y)));
        }
    }

    private static ClearBackend Backend(int seed) => new(Slots, MaxLevel, noise: new Model(), seed: seed);

    private static double[] Difference(SlotVector noisy, double[] exact) => [.. ClearBackend.Read(noisy).Zip(exact, (x, y) => x - y)];

    /// <summary>
    /// n squares of a Gaussian over its variance are chi-squared with n degrees of freedom: mean n, variance 2n. Mean and fourth moment
    /// (variance 96 / n) are checked likewise.
    /// </summary>
    private static void AssertGaussian(double[] noise, double deviation)
    {
        if (deviation == 0)
        {
            Assert.That(noise.Max(Math.Abs), Is.LessThanOrEqualTo(Rounding.Unit * 8), "no noise at all");
            return;
        }
        var n = noise.Length;
        var squares = noise.Sum(x => x * x) / (deviation * deviation);
        Assert.That(squares, Is.EqualTo(n).Within(Deviations * Math.Sqrt(2.0 * n)), "squares");
        Assert.That(noise.Average() / deviation, Is.Zero.Within(Deviations / Math.Sqrt(n)), "mean");
        var fourth = noise.Average(x => Math.Pow(x / deviation, 4));
        Assert.That(fourth, Is.EqualTo(3).Within(Deviations * Math.Sqrt(96.0 / n)), "fourth moment");
    }
}
