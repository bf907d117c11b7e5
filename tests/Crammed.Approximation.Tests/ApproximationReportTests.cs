namespace Crammed.Approximation.Tests;

[TestFixture]
public class ApproximationReportTests
{
    [Test]
    public void Errors_of_a_known_difference()
    {
        // |x^2| on [-1, 2]: maximum 4 at the right end, mean (8 + 1) / 3 / 3 = 1 (plus the grid's half step of the integral).
        var report = ApproximationReport.Measure(x => x, x => x + x * x, new Interval(-1, 2));
        Assert.That((report.MaxError, report.WorstAt, report.Points), Is.EqualTo((4.0, 2.0, 100_000)));
        Assert.That(report.MeanError, Is.EqualTo(1).Within(3e-5));
        Assert.That(report.WorstBits, Is.EqualTo(-2).Within(1e-12));
        Assert.That(report.AverageBits, Is.Zero.Within(1e-4));
    }

    [Test]
    public void Relative_errors_divide_by_the_truth()
    {
        var report = ApproximationReport.Measure(x => -x, x => -x * 1.25, new Interval(1, 9), ErrorKind.Relative);
        Assert.That(report.MaxError, Is.EqualTo(0.25).Within(1e-15));
        Assert.That(report.MeanError, Is.EqualTo(0.25).Within(1e-12));
    }

    [Test]
    public void What_has_no_error_is_refused()
    {
        Assert.That(
            () => ApproximationReport.Measure(x => x, x => x, new Interval(0, 1), ErrorKind.Relative),
            Throws.ArgumentException.With.Message.Contains("zero at 0"));
        Assert.That(
            () => ApproximationReport.Measure(Math.Sqrt, x => x, new Interval(-1, 1)),
            Throws.ArgumentException.With.Message.Contains("not finite"));
    }

    [Test]
    public void An_exact_approximation_has_infinitely_many_bits() =>
        Assert.That(
            ApproximationReport.Measure(Math.Exp, Math.Exp, Interval.Unit, points: 10).WorstBits, Is.EqualTo(double.PositiveInfinity));
}
