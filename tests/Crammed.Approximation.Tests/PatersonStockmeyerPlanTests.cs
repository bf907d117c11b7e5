namespace Crammed.Approximation.Tests;

[TestFixture]
public class PatersonStockmeyerPlanTests
{
    [Test]
    public void Division_by_a_basis_polynomial_recomposes() =>
        Law.Holds(Law.Coefficients(127), coefficients =>
        {
            var n = 1 << ChebyshevPolynomial.DepthOfDegree(coefficients.Length - 1) - 1;
            var (quotient, remainder) = PatersonStockmeyerPlan.Divide(coefficients, n);
            Assert.That(quotient, Has.Length.LessThanOrEqualTo(n));
            Assert.That(remainder, Has.Length.LessThanOrEqualTo(n));
            var tolerance = 1e-12 * coefficients.Sum(Math.Abs);
            foreach (var angle in new[] { 0, 0.3, 1.1, 2.0, Math.PI })
            {
                var recomposed = At(quotient, angle) * Math.Cos(n * angle) + At(remainder, angle);
                Assert.That(recomposed, Is.EqualTo(At(coefficients, angle)).Within(tolerance));
            }
        });

    [Test]
    public void Basis_steps_come_in_order_and_in_least_depth([Range(1, 127)] int degree)
    {
        var plan = PolynomialEvaluatorTests.RandomPolynomial(Interval.Unit, degree, PolynomialParity.None, seed: degree).Plan;
        var depths = new Dictionary<int, int> { [0] = 0, [1] = 0 };
        foreach (var step in plan.Basis)
        {
            Assert.That(step.Left + step.Right, Is.EqualTo(step.Index));
            Assert.That(depths, Contains.Key(step.Left).And.ContainKey(step.Right).And.ContainKey(step.Difference), $"T_{step.Index}");
            depths.Add(step.Index, 1 + Math.Max(depths[step.Left], depths[step.Right]));
            Assert.That(depths[step.Index], Is.EqualTo((int)Math.Ceiling(Math.Log2(step.Index))));
            Assert.That(depths[step.Difference], Is.LessThanOrEqualTo(depths[step.Index]));
        }
    }

    [Test]
    public void Products_grow_like_the_square_root_of_the_degree([Range(1, 127)] int degree)
    {
        // Babies to 2^m, a giant for each further doubling, a product for each further block of 2^m coefficients, and at most m - 1 to
        // reach depth m on the critical path: for 2^m near sqrt(degree), below 2 sqrt(2 degree) + log2 degree.
        var polynomial = PolynomialEvaluatorTests.RandomPolynomial(Interval.Unit, degree, PolynomialParity.None, seed: degree);
        var plan = polynomial.Plan;
        Assert.That(plan.Multiplications, Is.LessThanOrEqualTo(2 * Math.Sqrt(2 * degree) + Math.Log2(degree)));
        Assert.That(plan.Multiplications, Is.GreaterThanOrEqualTo(plan.Depth - 1));
        for (var limit = 1; limit <= 128; limit *= 2)
        {
            var other = PatersonStockmeyerPlan.Create(polynomial.Coefficients, limit);
            Assert.That(plan.Multiplications, Is.LessThanOrEqualTo(other.Multiplications));
        }
    }

    [TestCase(63, PolynomialParity.None, 18)]
    [TestCase(63, PolynomialParity.Odd, 17)]
    [TestCase(127, PolynomialParity.Odd, 23)]
    [TestCase(62, PolynomialParity.Even, 14)]
    [TestCase(15, PolynomialParity.None, 8)]
    public void Products_of_the_degrees_in_use(int degree, PolynomialParity parity, int products) =>
        Assert.That(
            PolynomialEvaluatorTests.RandomPolynomial(Interval.Unit, degree, parity, seed: 1).Multiplications,
            Is.EqualTo(products));

    [Test]
    public void Parity_keeps_out_basis_polynomials_of_the_other()
    {
        var odd = PolynomialEvaluatorTests.RandomPolynomial(Interval.Unit, 127, PolynomialParity.Odd, seed: 3).Plan;
        Assert.That(odd.Basis.Select(s => s.Index), Has.All.Matches<int>(i => i % 2 == 1 || int.IsPow2(i)));
        var even = PolynomialEvaluatorTests.RandomPolynomial(Interval.Unit, 126, PolynomialParity.Even, seed: 3).Plan;
        Assert.That(even.Basis.Select(s => s.Index), Has.All.Matches<int>(i => i % 2 == 0));
    }

    [Test]
    public void Sparse_polynomials_are_evaluated_right() =>
        Law.Holds(Law.Coefficients(127), coefficients =>
        {
            var polynomial = new ChebyshevPolynomial(Interval.Unit, coefficients);
            var arithmetic = new LevelArithmetic();
            var result = polynomial.Evaluate(new LevelDouble(Math.Cos(1.3), 7), arithmetic);
            Assert.That(result.Value, Is.EqualTo(At(coefficients, 1.3)).Within(1e-12 * coefficients.Sum(Math.Abs)));
            Assert.That(7 - result.Level, Is.EqualTo(polynomial.PolynomialDepth));
            Assert.That(arithmetic.Multiplications, Is.EqualTo(polynomial.Multiplications));
        });

    [Test]
    public void A_single_power_of_two_needs_only_doublings()
    {
        var plan = PatersonStockmeyerPlan.Create([.. Enumerable.Range(0, 65).Select(i => i == 64 ? 1.0 : 0)]);
        Assert.That((plan.Multiplications, plan.Depth), Is.EqualTo((6, 7)));
    }

    [Test]
    public void Plans_need_a_degree() =>
        Assert.That(() => PatersonStockmeyerPlan.Create([1, 0]), Throws.ArgumentException);

    private static double At(IReadOnlyList<double> coefficients, double angle) =>
        coefficients.Select((c, n) => c * Math.Cos(n * angle)).Sum();
}
