namespace Crammed.Approximation.Tests;

[TestFixture]
public class FittedFunctionTests
{
    private static readonly IReadOnlyList<AffineFactor> Tanh = NonPolynomial.Tanh.DerivativeFactors;

    /// <summary>The degree before must miss the error, or the choice would not be the smallest.</summary>
    [TestCase(-2, 2, 1e-6)]
    [TestCase(-5, 5, 1e-6)]
    [TestCase(-5, 5, 1e-3)]
    public void It_is_the_smallest_full_degree_that_meets_the_error(double low, double high, double wanted)
    {
        var domain = new Interval(low, high);
        var fitted = FittedFunction.Choose("head.tanh.input", Math.Tanh, Tanh, domain, wanted, maxDepth: 12);
        var polynomial = fitted.Approximation;
        Assert.That(fitted.Report().MaxError, Is.EqualTo(polynomial.MaxError).And.LessThanOrEqualTo(wanted));
        // tanh is odd: degree 2^n - 1 is kept.
        Assert.That(int.PopCount(polynomial.Degree + 1), Is.EqualTo(1), $"degree {polynomial.Degree}");
        Assert.That(polynomial.Degree, Is.GreaterThanOrEqualTo(7));
        if (polynomial.Degree == 7)
            return;
        var smaller = ChebyshevFit.Interpolate(Math.Tanh, domain, (polynomial.Degree - 1) / 2);
        Assert.That(ApproximationReport.Measure(Math.Tanh, smaller.Evaluate, domain).MaxError, Is.GreaterThan(wanted));
    }

    [TestCase(4, 7)]
    [TestCase(6, 31)]
    public void The_depth_bounds_the_degree(int maxDepth, int degree)
    {
        var fitted = FittedFunction.Choose("head.tanh.input", Math.Tanh, Tanh, new Interval(-20, 20), 1e-9, maxDepth);
        Assert.That(fitted.Approximation.Degree, Is.EqualTo(degree));
        Assert.That(fitted.Approximation.Depth, Is.EqualTo(maxDepth));
        Assert.That(fitted.Report().MaxError, Is.GreaterThan(1e-9), "and says what it misses by");
    }
}
