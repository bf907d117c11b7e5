namespace Crammed.Approximation.Tests;

[TestFixture]
public class IntervalTests
{
    [TestCase(1, 1)]
    [TestCase(2, 1)]
    [TestCase(double.NaN, 1)]
    [TestCase(0, double.PositiveInfinity)]
    [TestCase(-1e308, 1e308)]
    public void Bad_ends_are_refused(double low, double high) =>
        Assert.That(() => new Interval(low, high), Throws.ArgumentException);

    [Test]
    public void Ends_belong_to_it()
    {
        var wide = new Interval(-2, 4);
        Assert.That(wide.Contains(-2) && wide.Contains(4) && !wide.Contains(4.001) && !wide.Contains(double.NaN));
        Assert.That(wide.Contains(new Interval(-1, 3)) && !new Interval(-1, 3).Contains(wide));
    }

    [Test]
    public void Grid_has_both_ends_exactly()
    {
        var points = new Interval(-0.1, 0.7).Grid(11).ToArray();
        Assert.That((points.Length, points[0], points[^1]), Is.EqualTo((11, -0.1, 0.7)));
        Assert.That(points[5], Is.EqualTo(0.3).Within(1e-15));
    }

    [Test]
    public void Mapping_to_the_unit_interval_and_back_is_the_identity() =>
        Law.Holds(Law.Intervals(), interval =>
        {
            // Four roundings at the size of the largest end.
            var size = Math.Max(Math.Abs(interval.Low), Math.Abs(interval.High));
            foreach (var x in interval.Grid(9))
                Assert.That(interval.FromUnit(interval.ToUnit(x)), Is.EqualTo(x).Within(4 * size * Math.ScaleB(1, -52)));
        });
}
