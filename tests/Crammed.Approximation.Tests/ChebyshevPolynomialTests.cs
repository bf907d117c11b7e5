using MathNet.Numerics;

namespace Crammed.Approximation.Tests;

[TestFixture]
public class ChebyshevPolynomialTests
{
    [Test]
    public void Evaluate_agrees_with_the_power_basis() =>
        Law.Holds(Law.Coefficients(12), coefficients =>
        {
            // T_{n+1} = 2 t T_n - T_{n-1} on polynomials with integer coefficients; MathNet evaluates what they sum to.
            var (previous, current) = (new Polynomial(1.0), new Polynomial(0, 1.0));
            var sum = previous * coefficients[0];
            foreach (var c in coefficients.Skip(1))
            {
                sum += current * c;
                (previous, current) = (current, new Polynomial(0, 2.0) * current - previous);
            }

            // The power basis cancels: its coefficients of T_n sum to less than (1 + sqrt 2)^n in size, 4e4 at 12.
            var polynomial = new ChebyshevPolynomial(new Interval(-1, 7), coefficients);
            foreach (var x in polynomial.Domain.Grid(21))
            {
                Assert.That(
                    polynomial.Evaluate(x),
                    Is.EqualTo(sum.Evaluate((x - 3) / 4)).Within(24 * 4e4 * Math.ScaleB(1, -53) * coefficients.Sum(Math.Abs)));
            }
        });

    [Test]
    public void Derivative_of_a_basis_polynomial_is_n_times_the_second_kind()
    {
        var domain = new Interval(1, 7);
        for (var n = 1; n <= 40; n++)
        {
            var derivative = new ChebyshevPolynomial(domain, Enumerable.Range(0, n + 1).Select(i => i == n ? 1.0 : 0)).Derivative();
            Assert.That(derivative.Degree, Is.EqualTo(n - 1));
            foreach (var angle in new[] { 0.1, 0.7, 1.5, 2.2, 3.0 })
            {
                // dT_n/dt (cos a) = n sin(n a) / sin a; dt/dx = 1/3. Coefficients are exact up to the division by 3.
                var expected = n * Math.Sin(n * angle) / Math.Sin(angle) / 3;
                Assert.That(derivative.Evaluate(4 + 3 * Math.Cos(angle)), Is.EqualTo(expected).Within(1e-11));
            }
        }
    }

    [Test]
    public void Derivative_integrates_back()
    {
        Law.Holds(Law.Coefficients(30), coefficients =>
        {
            var polynomial = new ChebyshevPolynomial(new Interval(-1, 3), coefficients);

            // 40 Gauss-Legendre nodes integrate degree 79 exactly; derivatives are at most degree^2 sum |c|.
            var integral = Integrate.GaussLegendre(polynomial.Derivative().Evaluate, -0.4, 2.7, 40);
            Assert.That(
                integral,
                Is.EqualTo(polynomial.Evaluate(2.7) - polynomial.Evaluate(-0.4)).Within(1e-11 * (1 + coefficients.Sum(Math.Abs))));
        });
        Assert.That(new ChebyshevPolynomial(Interval.Unit, [3.0]).Derivative().Coefficients, Is.EqualTo(new[] { 0.0 }));
    }

    [Test]
    public void Trailing_zeros_do_not_count_and_parity_is_read_from_exact_zeros()
    {
        Assert.That(new ChebyshevPolynomial(Interval.Unit, [1, 2, 0, 0]).Degree, Is.EqualTo(1));
        Assert.That(new ChebyshevPolynomial(Interval.Unit, [0, 0.0]).Degree, Is.Zero);
        Assert.That(new ChebyshevPolynomial(Interval.Unit, [0, 1, 0, 2]).Parity, Is.EqualTo(PolynomialParity.Odd));
        Assert.That(new ChebyshevPolynomial(Interval.Unit, [1, 0, 2]).Parity, Is.EqualTo(PolynomialParity.Even));
        Assert.That(new ChebyshevPolynomial(Interval.Unit, [1, 1e-17, 2]).Parity, Is.EqualTo(PolynomialParity.None));
    }

    [TestCase(0, 0)]
    [TestCase(1, 1)]
    [TestCase(3, 2)]
    [TestCase(4, 3)]
    [TestCase(63, 6)]
    [TestCase(64, 7)]
    [TestCase(127, 7)]
    public void Depth_is_the_logarithm(int degree, int depth) =>
        Assert.That(ChebyshevPolynomial.DepthOfDegree(degree), Is.EqualTo(depth));

    [Test]
    public void Text_says_domain_degree_depth_and_error()
    {
        var polynomial = new ChebyshevPolynomial(new Interval(-5, 5), [0, 1, 0, 0.25], maxError: 0.0125);
        Assert.That(polynomial.ToString(), Is.EqualTo("polynomial on [-5, 5], degree 3 (odd), depth 2 + 1, max error 0.0125"));
    }

    [Test]
    public void Bad_coefficients_are_refused()
    {
        Assert.That(() => new ChebyshevPolynomial(Interval.Unit, []), Throws.ArgumentException);
        Assert.That(
            () => new ChebyshevPolynomial(Interval.Unit, [1, double.NaN]), Throws.ArgumentException.With.Message.Contains("Coefficient 1"));
        Assert.That(() => new ChebyshevPolynomial(Interval.Unit, [1], maxError: -1), Throws.ArgumentException);
        Assert.That(() => new ChebyshevPolynomial(Interval.Unit, [1.0]).Plan, Throws.InvalidOperationException);
    }

    [Test]
    public void Coefficients_are_copied()
    {
        double[] given = [1, 2];
        var polynomial = new ChebyshevPolynomial(Interval.Unit, given);
        given[1] = 5;
        Assert.That(polynomial.Evaluate(1), Is.EqualTo(3));
    }
}
