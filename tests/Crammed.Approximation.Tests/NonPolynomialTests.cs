namespace Crammed.Approximation.Tests;

[TestFixture]
public class NonPolynomialTests
{
    private static readonly double[] Arguments = [0.03, 0.2, 0.75, 1, 1.6, 3];

    [Test]
    public void Derivatives_from_the_output_are_difference_quotients(
        [ValueSource(typeof(NonPolynomial), nameof(NonPolynomial.All))] NonPolynomial function)
    {
        foreach (var x in Arguments)
        {
            // Four-point quotient: truncation h^4 f^(5) / 30, rounding u |f| / h. f^(5) is below 945/32 x^(-11/2) for 1/sqrt and
            // 120 x^-6 for 1/x, below 20 for the others; h = x / 1000.
            var h = x / 1000;
            var quotient = (8 * (function.Evaluate(x + h) - function.Evaluate(x - h))
                - (function.Evaluate(x + 2 * h) - function.Evaluate(x - 2 * h))) / (12 * h);
            var tolerance = Math.Pow(h, 4) * (20 + 120 * Math.Pow(x, -6)) / 30 + 4 * Math.ScaleB(Math.Abs(function.Evaluate(x)), -53) / h;
            Assert.That(function.Derivative(x), Is.EqualTo(quotient).Within(2 * tolerance), $"at {x}");
        }
    }

    [Test]
    public void Known_values()
    {
        Assert.That(NonPolynomial.InverseSquareRoot.Evaluate(0.25), Is.EqualTo(2));
        Assert.That(NonPolynomial.InverseSquareRoot.Derivative(0.25), Is.EqualTo(-4));
        Assert.That(NonPolynomial.Inverse.Derivative(2), Is.EqualTo(-0.25));
        Assert.That(NonPolynomial.Tanh.Derivative(0), Is.EqualTo(1));
        Assert.That(NonPolynomial.Sigmoid.Derivative(0), Is.EqualTo(0.25));
        Assert.That(NonPolynomial.Exp.Derivative(1), Is.EqualTo(Math.E));
    }

    [Test]
    public void Bad_use_is_refused()
    {
        Assert.That(() => NonPolynomial.Inverse.Evaluate(0), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => NonPolynomial.InverseSquareRoot.Evaluate(double.NaN), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => NonPolynomial.Named("gelu"), Throws.ArgumentException.With.Message.Contains("tanh"));
    }
}
