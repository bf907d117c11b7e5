namespace Crammed.Ckks.Tests.Bootstrapping;

[TestFixture]
internal sealed class RaisedMultiplesTests
{
    /// <summary>Values of centred B-splines at integers, from their piecewise polynomials.</summary>
    [TestCase(1, new[] { 0.0, 1, 0 })]
    [TestCase(2, new[] { 1.0 / 8, 6.0 / 8, 1.0 / 8 })]
    [TestCase(3, new[] { 1.0 / 6, 4.0 / 6, 1.0 / 6 })]
    [TestCase(5, new[] { 0, 1.0 / 120, 26.0 / 120, 66.0 / 120, 26.0 / 120, 1.0 / 120, 0 })]
    public void Small_weights(int weight, double[] expected) =>
        Assert.That(RaisedMultiples.Probabilities(expected.Length / 2, weight), Is.EqualTo(expected).Within(1e-15));

    /// <summary>
    /// Sums of integer powers with a B-spline of higher order are the moments of its density: those of h + 1 uniform numbers, of variance
    /// 1/12 and fourth cumulant -1/120. Rounding: h steps of relative error 2^-51 and less.
    /// </summary>
    [Test]
    public void Moments_are_those_of_a_sum_of_uniform_numbers([Values(31, 32, 64)] int weight)
    {
        int largest = (weight + 1) / 2, terms = weight + 1;
        var probabilities = RaisedMultiples.Probabilities(largest, weight);
        var tolerance = weight * Math.ScaleB(1, -51);
        Assert.That(Moment(0), Is.EqualTo(1).Within(tolerance));
        Assert.That(Moment(2), Is.EqualTo(terms / 12.0).Within(terms * tolerance));
        Assert.That(Moment(4), Is.EqualTo(3 * Math.Pow(terms / 12.0, 2) - terms / 120.0).Within(terms * terms * tolerance));

        double Moment(int power) => probabilities.Select((probability, i) => probability * Math.Pow(i - largest, power)).Sum();
    }
}
