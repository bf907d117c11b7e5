namespace Crammed.Approximation.Tests;

[TestFixture]
public class RemezFitTests
{
    [Test]
    public void Best_approximation_of_a_reciprocal_has_Chebyshevs_error(
        [Values(0, 1, 2, 5, 15, 31, 63)] int degree, [Values(1.02, 1.2, 3.0)] double pole)
    {
        // Chebyshev: on [-1, 1] the least error for 1/(t + a) is (a - sqrt(a^2 - 1))^n / (a^2 - 1).
        var root = Math.Sqrt(pole * pole - 1);
        var expected = Math.Pow(pole - root, degree) / (pole * pole - 1);
        var polynomial = RemezFit.Minimax(t => 1 / (t + pole), Interval.Unit, degree);

        // The exchange stops within 1e-5 of the minimum, or at rounding: 8 (n + 2) u |f| by its own account, doubled by evaluation.
        var rounding = 16 * (degree + 2) * Math.ScaleB(1 / (pole - 1), -53);
        Assert.That(polynomial.MaxError, Is.EqualTo(expected).Within(1.1e-5 * expected + rounding));
    }

    [Test]
    public void Best_approximation_of_a_power_leaves_the_Chebyshev_polynomial([Values(2, 3, 4, 9, 20)] int power)
    {
        // x^n - 2^(1-n) T_n has degree n - 2: the least error of degree n - 1 and of n - 2.
        var degreeBelow = RemezFit.Minimax(x => Math.Pow(x, power), Interval.Unit, power - 1);
        var degreeTwoBelow = RemezFit.Minimax(x => Math.Pow(x, power), Interval.Unit, power - 2);
        var expected = Math.ScaleB(1, 1 - power);
        Assert.That(degreeBelow.MaxError, Is.EqualTo(expected).Within(1.1e-5 * expected));
        Assert.That(degreeTwoBelow.MaxError, Is.EqualTo(expected).Within(1.1e-5 * expected));
        Assert.That(degreeBelow.Degree, Is.EqualTo(power - 2));
    }

    [TestCase(40)]
    [TestCase(63)]
    public void Best_approximation_of_the_absolute_value_nears_Bernsteins_constant(int degree)
    {
        // n E_n -> 0.2801694990 for even n (Bernstein 1914; Varga and Carpenter 1985), with a correction of order 1/n^2.
        var polynomial = RemezFit.Minimax(Math.Abs, Interval.Unit, degree);
        var even = degree - degree % 2;
        Assert.That(polynomial.Degree, Is.EqualTo(even));
        Assert.That(even * polynomial.MaxError!.Value, Is.EqualTo(0.280169499).Within(0.28 / even));
    }

    /// <summary>Functions, domains and degrees in use, and some on which a reference has more extrema than it can hold.</summary>
    private static IEnumerable<TestCaseData> Fits()
    {
        yield return Fit("tanh", Math.Tanh, -5, 5, 63);
        yield return Fit("tanh", Math.Tanh, -16, 16, 127);
        yield return Fit("tanh", Math.Tanh, -5, 5, 30);
        yield return Fit("exp", Math.Exp, -13, 1, 15);
        yield return Fit("inverse", x => 1 / x, 0.04, 1, 31);
        yield return Fit("inverse square root", x => 1 / Math.Sqrt(x), 0.01, 1, 63);
        yield return Fit("sigmoid", x => 1 / (1 + Math.Exp(-x)), -8, 8, 31);
        yield return Fit("rectifier", x => Math.Max(x, 0), -1, 1, 20);
        yield return Fit("root", Math.Sqrt, 0, 1, 40);
        yield return Fit("wave", x => Math.Cos(30 * x + 0.3), -1, 1, 5);
        yield return Fit("wave", x => Math.Cos(30 * x + 0.3), -1, 1, 33);

        static TestCaseData Fit(string name, Func<double, double> f, double low, double high, int degree) =>
            new TestCaseData(f, new Interval(low, high), degree).SetArgDisplayNames(name, $"[{low}, {high}]", $"{degree}");
    }

    [TestCaseSource(nameof(Fits))]
    public void Error_alternates_often_enough_to_prove_it_is_least(Func<double, double> f, Interval domain, int degree)
    {
        // De la Vallee Poussin: where an error takes the values e_1, -e_2, e_3, ... on degree + 2 points, no polynomial of the degree
        // does better than the least |e_i|.
        var polynomial = RemezFit.Minimax(f, domain, degree);
        var errors = Angles(20_000).Select(a => domain.FromUnit(-Math.Cos(a))).Select(x => f(x) - polynomial.Evaluate(x)).ToArray();
        var largest = errors.Max(Math.Abs);
        var alternations = 0;
        var sign = 0;
        foreach (var error in errors.Where(e => Math.Abs(e) >= 0.999 * largest))
        {
            alternations += Math.Sign(error) != sign ? 1 : 0;
            sign = Math.Sign(error);
        }

        Assert.That(alternations, Is.GreaterThanOrEqualTo(degree + 2));
        Assert.That(polynomial.MaxError, Is.EqualTo(largest).Within(0.001 * largest));
    }

    [Test]
    public void No_worse_than_interpolation([Values(3, 10, 25, 50)] int degree)
    {
        var domain = new Interval(-6, 9);
        var f = NonPolynomial.Sigmoid.Evaluate;
        var interpolant = ChebyshevFit.Interpolate(f, domain, degree);
        Assert.That(
            RemezFit.Minimax(f, domain, degree).MaxError,
            Is.LessThan(ApproximationReport.Measure(f, interpolant.Evaluate, domain).MaxError));
    }

    [Test]
    public void Weights_level_the_weighted_error()
    {
        var domain = new Interval(0.01, 1);
        var f = NonPolynomial.InverseSquareRoot.Evaluate;
        var relative = RemezFit.Minimax(f, domain, 20, Math.Sqrt);
        var absolute = RemezFit.Minimax(f, domain, 20);
        double RelativeError(ChebyshevPolynomial p) => ApproximationReport.Measure(f, p.Evaluate, domain, ErrorKind.Relative).MaxError;
        var largest = RelativeError(relative);
        Assert.That(largest, Is.LessThan(RelativeError(absolute)));
        Assert.That(absolute.MaxError, Is.LessThan(relative.MaxError!.Value));

        var signs = Angles(20_000).Select(a => domain.FromUnit(-Math.Cos(a)))
            .Select(x => 1 - relative.Evaluate(x) * Math.Sqrt(x))
            .Where(e => Math.Abs(e) > 0.999 * largest)
            .Select(e => Math.Sign(e)).ToArray();
        Assert.That(1 + signs.Zip(signs.Skip(1)).Count(p => p.First != p.Second), Is.GreaterThanOrEqualTo(22));
    }

    [Test]
    public void Parity_is_exact()
    {
        Assert.That(RemezFit.Minimax(Math.Tanh, new Interval(-5, 5), 63).Parity, Is.EqualTo(PolynomialParity.Odd));
        Assert.That(RemezFit.Minimax(Math.Tanh, new Interval(-5, 5), 64).Degree, Is.EqualTo(63));
        Assert.That(RemezFit.Minimax(Math.Cos, new Interval(-3, 3), 8).Parity, Is.EqualTo(PolynomialParity.Even));
    }

    [Test]
    public void Polynomials_are_reproduced_at_rounding([Values(4, 5, 20, 63)] int degree)
    {
        var given = new ChebyshevPolynomial(new Interval(-2, 3), [1, -2, 0.5, 0.25, 3]);
        var fitted = RemezFit.Minimax(given.Evaluate, given.Domain, degree);
        Assert.That(fitted.MaxError, Is.LessThan(16 * (degree + 2) * Math.ScaleB(6.75, -53)));
    }

    [Test]
    public void A_jump_is_refused_with_a_reason() =>
        Assert.That(
            () => RemezFit.Minimax(x => x > 0.1 ? 1 : 0, Interval.Unit, 5),
            Throws.InvalidOperationException.With.Message.Contains("degree 5").And.Message.Contains("rough"));

    [Test]
    public void Bad_functions_and_weights_are_refused()
    {
        Assert.That(() => RemezFit.Minimax(Math.Log, Interval.Unit, 5), Throws.ArgumentException.With.Message.Contains("NaN at"));
        Assert.That(
            () => RemezFit.Minimax(Math.Exp, new Interval(0, 1), 5, x => x - 0.5),
            Throws.ArgumentException.With.Message.Contains("weight"));
    }

    private static IEnumerable<double> Angles(int count) => Enumerable.Range(0, count + 1).Select(i => Math.PI * i / count);
}
