namespace Crammed.Approximation.Tests;

[TestFixture]
public class MinimaxSignTests
{
    private static readonly int[] PaperDegrees = [15, 15, 27];

    /// <summary>
    /// De la Vallee Poussin: an odd polynomial of degree 2n - 1 (n coefficients, a Haar space on [a, 1]) whose error takes n + 1 values of
    /// alternating signs is at best the smallest of them. Levelled to a ten-thousandth, nothing better is left to find.
    /// </summary>
    [TestCase(3, 0.3)]
    [TestCase(7, 0.1)]
    [TestCase(15, 0.01)]
    [TestCase(15, 0.0001)]
    [TestCase(27, 0.5)]
    public void One_stage_is_the_best_odd_polynomial(int degree, double gap)
    {
        var (sign, error) = MinimaxSign.Create([degree], gap);
        var extrema = Extrema(x => 1 - sign.Evaluate(x), gap);
        Assert.That(extrema, Has.Count.EqualTo((degree + 1) / 2 + 1), "alternation points");
        Assert.That(extrema.Select(Math.Abs), Is.All.EqualTo(error).Within(1e-4 * error + 1e-12));
        Assert.That(sign.Stages[0].Parity, Is.EqualTo(PolynomialParity.Odd));
    }

    /// <summary>
    /// c x on [a, 1] errs by 1 - c a at a and c - 1 at 1: equal for c = 2 / (1 + a). A stage of degree 3 does better, and two of them
    /// better than one.
    /// </summary>
    [Test]
    public void Degrees_and_stages_each_bring_it_closer()
    {
        const double gap = 0.1;
        double linear = (1 - gap) / (1 + gap), one = MinimaxSign.Create([3], gap).Error, two = MinimaxSign.Create([3, 3], gap).Error;
        Assert.That(one, Is.LessThan(linear));
        Assert.That(two, Is.LessThan(one));
    }

    [TestCase(1)]
    [TestCase(50)]
    public void The_error_holds_on_the_whole_domain_and_the_levels_are_those_of_the_stages(double bound)
    {
        const double gap = 0.001;
        var (sign, error) = MinimaxSign.Create(PaperDegrees, gap, bound);
        foreach (var x in Enumerable.Range(0, 5001).Select(i => bound * gap * Math.Pow(1 / gap, i / 5000.0)))
        {
            // Composed polynomials round a few hundred times.
            Assert.That(sign.Evaluate(x), Is.EqualTo(1).Within(error + 1e-12), $"at {x}");
            Assert.That(sign.Evaluate(-x), Is.EqualTo(-sign.Evaluate(x)));
        }

        foreach (var x in new Interval(-bound * gap, bound * gap).Grid(101))
            Assert.That(sign.Evaluate(x), Is.InRange(-1 - error, 1 + error), $"between, at {x}");
        // 4 + 4 + 5 and, unless the domain is the unit interval, the map onto it.
        Assert.That(sign.Depth, Is.EqualTo(bound == 1 ? 13 : 14));
        Assert.That(sign.Stages.Select(stage => stage.Degree), Is.EqualTo(PaperDegrees));
    }

    [Test]
    public void Bad_use_is_refused()
    {
        Assert.That(() => MinimaxSign.Create([4], 0.1), Throws.ArgumentException.With.Message.Contains("odd degrees"));
        Assert.That(() => MinimaxSign.Create([1], 0.1), Throws.ArgumentException);
        Assert.That(() => MinimaxSign.Create([], 0.1), Throws.ArgumentException);
        Assert.That(() => MinimaxSign.Create([3], 1), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => MinimaxSign.Create([3], double.NaN), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => new CompositePolynomial([]), Throws.ArgumentException);
        Assert.That(() => new CompositePolynomial([new ChebyshevPolynomial(Interval.Unit, [1.0])]), Throws.ArgumentException);
    }

    /// <summary>The largest error between every two sign changes, on [gap, 1].</summary>
    private static List<double> Extrema(Func<double, double> error, double gap)
    {
        var extrema = new List<double>();
        foreach (var i in Enumerable.Range(0, 200_001))
        {
            var value = error(gap * Math.Pow(1 / gap, i / 200_000.0));
            if (extrema.Count == 0 || Math.Sign(value) != Math.Sign(extrema[^1]))
                extrema.Add(value);
            else if (Math.Abs(value) > Math.Abs(extrema[^1]))
                extrema[^1] = value;
        }

        return extrema;
    }
}
