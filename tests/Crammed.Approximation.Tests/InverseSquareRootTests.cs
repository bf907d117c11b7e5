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

            error = InverseSquareRootNewton.ErrorAfterStep(error);
            var measured = new InverseSquareRootNewton(initial.Initial, steps).Report(ErrorKind.Relative).MaxError;

            // The initial polynomial's error takes both signs of its maximum, so the bound is attained (grid: within a percent).
            Assert.That(measured, Is.LessThanOrEqualTo(error + 1e-14).And.GreaterThan(0.99 * error - 1e-14));
        }
    }

    [TestCase(0.05, 1e-6, 31)]
    [TestCase(0.005, 1e-3, 31)]
    [TestCase(0.3, 1e-8, 15)]
    [TestCase(0.3, 1e-2, 15)]
    public void Plan_has_the_least_depth_of_all(double low, double maxError, int maxDegree)
    {
        var domain = new Interval(low, 1);
        var plan = InverseSquareRootPlan.Choose(domain, maxError, maxDegree);
        Assert.That(plan.Report(ErrorKind.Relative).MaxError, Is.LessThanOrEqualTo(maxError));
        Assert.That(plan.Initial.Degree, Is.LessThanOrEqualTo(maxDegree));

        // Every degree and every number of steps, measured.
        var sufficient = from degree in Enumerable.Range(1, maxDegree)
                         let initial = InverseSquareRootNewton.Create(domain, degree, 0).Initial
                         from steps in Enumerable.Range(0, 6)
                         let candidate = new InverseSquareRootNewton(initial, steps)
                         where candidate.Depth <= plan.Depth && Error(candidate) <= maxError
                         select (candidate.Depth, candidate.Multiplications);
        Assert.That(sufficient.Min(), Is.EqualTo((plan.Depth, plan.Multiplications)));

        static double Error(InverseSquareRootNewton candidate) => ApproximationReport.Measure(
            NonPolynomial.InverseSquareRoot.Evaluate, candidate.Evaluate, candidate.Domain, ErrorKind.Relative, points: 5_003).MaxError;
    }

    [Test]
    public void Wide_domains_are_served_by_steps()
    {
        var plan = InverseSquareRootPlan.Choose(new Interval(0.0005, 1), 1e-7, 127);
        Assert.That(plan.Steps, Is.Positive);
        Assert.That(plan.Report(ErrorKind.Relative).MaxError, Is.LessThanOrEqualTo(1e-7));
    }

    [Test]
    public void What_cannot_be_met_is_refused()
    {
        Assert.That(
            () => InverseSquareRootPlan.Choose(new Interval(1e-6, 1), 1e-3, 7),
            Throws.ArgumentException.With.Message.Contains("degree up to 7").And.Message.Contains("relative error of"));
        Assert.That(() => InverseSquareRootPlan.Choose(new Interval(0, 1), 1e-3, 7), Throws.ArgumentException);
        Assert.That(() => InverseSquareRootPlan.Choose(Domain, 1e-14, 7), Throws.InstanceOf<ArgumentOutOfRangeException>());
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
