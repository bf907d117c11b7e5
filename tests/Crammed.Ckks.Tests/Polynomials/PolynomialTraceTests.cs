using System.Numerics;
using Crammed.Approximation;
using Crammed.Approximation.Tests;
using Crammed.Ckks.Tests.Scheme;

namespace Crammed.Ckks.Tests.Polynomials;

/// <summary>
/// Values and derivatives of traced polynomials against recurrences in doubles. Variances are held to measured noise in
/// <see cref="PolynomialEvaluationTests"/>.
/// </summary>
[TestFixture]
internal sealed class PolynomialTraceTests
{
    /// <summary>
    /// The derivative is compared with a central difference of step h = 2^-14. With coefficients of at most 1 a third derivative is at most
    /// (d + 1) d^6 / 15, d the degree (Markov's bound for T_d), so the difference is off by h^2 / 6 times that, and by 2^-50 (d + 1)^2 / h
    /// of roundings.
    /// </summary>
    [Test]
    public void Values_and_derivatives(
        [Values(1, 2, 7, 15, 31)] int degree, [Values] PolynomialBasis basis,
        [Values(CoefficientKind.Complex, CoefficientKind.Odd, CoefficientKind.Sparse)] CoefficientKind kind)
    {
        var setup = CkksSetup.Of(NamedParameters.InsecureN11);
        var coefficients = PolynomialOracle.Coefficients(degree, kind);
        var plan = PolynomialPlan.Create(coefficients, basis);
        double step = Math.ScaleB(1, -14), size = coefficients.Max(Complex.Abs), terms = plan.Degree + 1;
        var rounding = Math.ScaleB(size * terms * terms, -50);
        var tolerance = size * step * step / 6 * terms * Math.Pow(plan.Degree, 6) / 15 + rounding / step;
        foreach (var argument in new[] { -0.9, -0.3, 0, 0.7 })
        {
            var trace = new PolynomialTrace(
                setup.Noise, setup.Parameters, plan, setup.Top, setup.Parameters.ScaleAt(setup.Top), argument);
            var difference = (Value(argument + step) - Value(argument - step)) / (2 * step);
            Assert.That(Complex.Abs(trace.Value - Value(argument)), Is.LessThan(rounding), $"at {argument}");
            Assert.That(Complex.Abs(trace.Derivative - difference), Is.LessThan(tolerance), $"at {argument}");
        }

        Complex Value(double argument) => PolynomialOracle.Evaluate(coefficients, basis, argument);
    }
}
