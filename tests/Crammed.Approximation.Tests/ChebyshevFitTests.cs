using MathNet.Numerics;

namespace Crammed.Approximation.Tests;

[TestFixture]
public class ChebyshevFitTests
{
    [Test]
    public void Coefficients_of_exp_are_Bessel_functions()
    {
        // exp(b t) = I_0(b) + 2 sum I_k(b) T_k(t); at degree 30 what aliases into a coefficient is below 2 I_32(2), about 1e-35.
        var polynomial = ChebyshevFit.Interpolate(Math.Exp, new Interval(-2, 2), 30);
        for (var k = 0; k <= 20; k++)
        {
            var expected = (k == 0 ? 1 : 2) * SpecialFunctions.BesselI(k, 2.0);

            // 31 summands of at most e^2, and the oracle's own 1e-15.
            Assert.That(polynomial.Coefficients[k], Is.EqualTo(expected).Within(31 * Math.Exp(2) * Math.ScaleB(1, -52)), $"T_{k}");
        }
    }

    [Test]
    public void Polynomials_are_reproduced() =>
        Law.Holds(Law.Coefficients(40), coefficients =>
        {
            var polynomial = new ChebyshevPolynomial(new Interval(-3, 5), coefficients);
            var fitted = ChebyshevFit.Interpolate(polynomial.Evaluate, polynomial.Domain, 45);

            // Node values carry Clenshaw's rounding, at most degree^2 u sum |c|.
            var tolerance = 4 * 40 * 40 * Math.ScaleB(1, -53) * coefficients.Sum(Math.Abs);
            for (var i = 0; i < fitted.Coefficients.Count; i++)
                Assert.That(fitted.Coefficients[i], Is.EqualTo(i < coefficients.Length ? coefficients[i] : 0).Within(tolerance));
        });

    [Test]
    public void Interpolant_passes_through_the_nodes()
    {
        var domain = new Interval(0.5, 4);
        var polynomial = ChebyshevFit.Interpolate(Math.Log, domain, 9);
        for (var j = 0; j < 10; j++)
        {
            var node = 2.25 + 1.75 * Math.Cos((2 * j + 1) * Math.PI / 20);
            Assert.That(polynomial.Evaluate(node), Is.EqualTo(Math.Log(node)).Within(1e-14));
        }
    }

    [Test]
    public void Symmetric_functions_get_exact_parity()
    {
        Assert.That(ChebyshevFit.Interpolate(Math.Tanh, new Interval(-5, 5), 64).Parity, Is.EqualTo(PolynomialParity.Odd));
        Assert.That(ChebyshevFit.Interpolate(Math.Tanh, new Interval(-5, 5), 64).Degree, Is.EqualTo(63));
        Assert.That(ChebyshevFit.Interpolate(Math.Cosh, new Interval(-2, 2), 11).Parity, Is.EqualTo(PolynomialParity.Even));
        Assert.That(ChebyshevFit.Interpolate(Math.Exp, new Interval(-2, 2), 11).Parity, Is.EqualTo(PolynomialParity.None));
    }

    [Test]
    public void What_is_not_finite_is_refused() =>
        Assert.That(
            () => ChebyshevFit.Interpolate(Math.Log, new Interval(-1, 1), 4),
            Throws.ArgumentException.With.Message.Contains("NaN at -0.587"));
}
