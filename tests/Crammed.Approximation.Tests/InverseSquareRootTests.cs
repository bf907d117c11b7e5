namespace Crammed.Approximation.Tests;

[TestFixture]
public class InverseSquareRootTests
{
    private static readonly Interval Domain = new(0.02, 1);

    [Test]
    public void Value_levels_and_products_over_levels([Values(1, 7, 20)] int degree, [Values(0, 1, 3)] int steps)
    {
        var newton = InverseSquareRootNewton.Create(Domain, degree, steps);
        Assert.That(newton.Depth, Is.EqualTo(newton.Initial.Depth + 2 * steps));
        foreach (var x in Domain.Grid(13))
        {
            var arithmetic = new LevelArithmetic();
            var result = newton.Evaluate(new LevelDouble(x, newton.Depth), arithmetic);

            // The two orders differ by rounding; |y| <= 8, and a step with relative error below 1 triples a difference at most.
            Assert.That(result.Value, Is.EqualTo(newton.Evaluate(x)).Within(1e-12));
            Assert.That((result.Level, arithmetic.Alive), Is.EqualTo((0, 1)));
            Assert.That(arithmetic.Multiplications, Is.EqualTo(newton.Multiplications));
        }
    }

    [Test]
    public void Steps_follow_the_error_recursion()
    {
        var initial = InverseSquareRootNewton.Create(Domain, 12, 0);
        var error = initial.Report(ErrorKind.Relative).MaxError;
        Assert.That(error, Is.LessThan(0.5));
        for (var steps = 1; steps <= 3; steps++)
        {
            // Exact arithmetic by the textbook formula, independent of the evaluation order.
            foreach (var x in Domain.Grid(101))
            {
                var y = initial.Evaluate(x);
                for (var i = 0; i < steps; i++)
                    y = y * (3 - x * y * y) / 2;
                Assert.That(new InverseSquareRootNewton(initial.Initial, steps).Evaluate(x), Is.EqualTo(y).Within(1e-12));
            }

            // The largest relative error after a step, from any of at most this one.
            error = error * error * (1.5 + 0.5 * error);
            var measured = new InverseSquareRootNewton(initial.Initial, steps).Report(ErrorKind.Relative).MaxError;

            // The initial polynomial's error takes both signs of its maximum, so the bound is attained (grid: within a percent).
            Assert.That(measured, Is.LessThanOrEqualTo(error + 1e-14).And.GreaterThan(0.99 * error - 1e-14));
        }
    }

    [Test]
    public void Bad_use_is_refused()
    {
        Assert.That(
            () => new InverseSquareRootNewton(new ChebyshevPolynomial(Interval.Unit, [1, 2]), 1),
            Throws.ArgumentException.With.Message.Contains("positive"));
        Assert.That(() => new InverseSquareRootNewton(new ChebyshevPolynomial(Domain, [1]), 1), Throws.ArgumentException);
        var newton = InverseSquareRootNewton.Create(Domain, 3, 2);
        Assert.That(
            () => newton.Evaluate(new LevelDouble(0.5, newton.Depth - 1), new LevelArithmetic()),
            Throws.ArgumentException.With.Message.Contains($"takes {newton.Depth}"));
    }
}
