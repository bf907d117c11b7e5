namespace Crammed.Approximation.Tests;

[TestFixture]
public class PolynomialEvaluatorTests
{
    private static readonly double[] Points = [-1, -0.999, -0.73, -0.25, 0, 1e-3, 0.5, 0.618, 0.97, 1];

    /// <summary>Every degree, with all coefficients and with those of the degree's own parity.</summary>
    private static IEnumerable<TestCaseData> DegreesAndParities() =>
        from degree in Enumerable.Range(1, 127)
        from parity in new[] { PolynomialParity.None, degree % 2 == 0 ? PolynomialParity.Even : PolynomialParity.Odd }
        select new TestCaseData(degree, parity);

    [TestCaseSource(nameof(DegreesAndParities))]
    public void Value_and_levels_are_right_for_every_degree_and_parity(int degree, PolynomialParity parity)
    {
        var polynomial = RandomPolynomial(Interval.Unit, degree, parity, seed: 31 * degree);
        var sum = polynomial.Coefficients.Sum(Math.Abs);
        Assert.That(polynomial.Parity, Is.EqualTo(parity));

        foreach (var x in Points)
        {
            var arithmetic = new LevelArithmetic();
            var result = polynomial.Evaluate(new LevelDouble(x, 20), arithmetic);

            Assert.That(result.Value, Is.EqualTo(ByCosines(polynomial, x)).Within(1e-12 * sum), $"at {x}");
            Assert.That(result.Value, Is.EqualTo(polynomial.Evaluate(x)).Within(1e-12 * sum), $"at {x}");
            Assert.That(20 - result.Level, Is.EqualTo((int)Math.Ceiling(Math.Log2(degree + 1))));
            Assert.That(20 - result.Level, Is.EqualTo(polynomial.Depth));
            Assert.That(arithmetic.Multiplications, Is.EqualTo(polynomial.Multiplications));
            Assert.That(arithmetic.Alive, Is.EqualTo(1), "intermediates left unreleased");
        }
    }

    [TestCase(-3.0, 7.5, 1, 1)]
    [TestCase(-3.0, 7.5, 2, 3)]
    [TestCase(-3.0, 7.5, 31, 6)]
    [TestCase(-5.0, 5.0, 63, 7)]
    [TestCase(0.25, 2.25, 15, 4)]
    [TestCase(0.0, 2.0, 8, 4)]
    public void Affine_map_costs_a_level_only_where_it_scales(double low, double high, int degree, int depth)
    {
        var polynomial = RandomPolynomial(new Interval(low, high), degree, PolynomialParity.None, seed: degree);
        Assert.That(polynomial.Depth, Is.EqualTo(depth));
        foreach (var x in polynomial.Domain.Grid(7))
        {
            var arithmetic = new LevelArithmetic();
            var result = PolynomialEvaluator.Evaluate(polynomial, new LevelDouble(x, depth), arithmetic);
            Assert.That(result.Level, Is.Zero);
            Assert.That(result.Value, Is.EqualTo(polynomial.Evaluate(x)).Within(1e-12 * polynomial.Coefficients.Sum(Math.Abs)));
            Assert.That(arithmetic.Alive, Is.EqualTo(1));
        }
    }

    [Test]
    public void EvaluateOnUnit_takes_the_mapped_argument()
    {
        var polynomial = RandomPolynomial(new Interval(2, 9), 20, PolynomialParity.None, seed: 5);
        var tolerance = 1e-12 * polynomial.Coefficients.Sum(Math.Abs);
        Assert.That(polynomial.EvaluateOnUnit(0.3), Is.EqualTo(polynomial.Evaluate(5.5 + 3.5 * 0.3)).Within(tolerance));
    }

    [Test]
    public void Sparse_polynomials_are_evaluated_right() =>
        Law.Holds(Law.Coefficients(127), coefficients =>
        {
            var polynomial = new ChebyshevPolynomial(Interval.Unit, coefficients);
            var arithmetic = new LevelArithmetic();
            var result = polynomial.Evaluate(new LevelDouble(Math.Cos(1.3), 7), arithmetic);
            Assert.That(result.Value, Is.EqualTo(ByCosines(polynomial, Math.Cos(1.3))).Within(1e-12 * coefficients.Sum(Math.Abs)));
            Assert.That(7 - result.Level, Is.EqualTo(polynomial.PolynomialDepth));
            Assert.That(arithmetic.Multiplications, Is.EqualTo(polynomial.Multiplications));
        });

    [Test]
    public void Too_few_levels_and_constants_are_refused()
    {
        var cubic = new ChebyshevPolynomial(new Interval(0, 4), [1, 2, 3, 4]);
        Assert.That(
            () => cubic.Evaluate(new LevelDouble(1, 2), new LevelArithmetic()),
            Throws.ArgumentException.With.Message.Contains("2 levels").And.Message.Contains("takes 3"));
        Assert.That(
            () => new ChebyshevPolynomial(Interval.Unit, [7.0]).Evaluate(new LevelDouble(1, 2), new LevelArithmetic()),
            Throws.InvalidOperationException.With.Message.Contains("constant 7"));
    }

    internal static ChebyshevPolynomial RandomPolynomial(Interval domain, int degree, PolynomialParity parity, int seed)
    {
        var random = new Random(seed);
        var coefficients = Enumerable.Range(0, degree + 1)
            .Select(_ => random.NextDouble() * 2 - 1)
            .Select((c, i) => parity == PolynomialParity.None || (parity == PolynomialParity.Odd) == (i % 2 == 1) ? c : 0);
        return new ChebyshevPolynomial(domain, coefficients);
    }

    /// <summary>The definition: T_n(cos a) = cos(n a).</summary>
    private static double ByCosines(ChebyshevPolynomial polynomial, double t) =>
        polynomial.Coefficients.Select((c, n) => c * Math.Cos(n * Math.Acos(t))).Sum();
}
