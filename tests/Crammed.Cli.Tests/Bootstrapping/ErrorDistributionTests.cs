using Crammed.Benchmarks.Bootstrapping;

namespace Crammed.Cli.Tests.Bootstrapping;

/// <summary>Statistics beside values worked out by hand; the tolerance is a few roundings of doubles near 1.</summary>
internal sealed class ErrorDistributionTests
{
    private const double Rounding = 1e-14;

    /// <summary>
    /// Mean -1/2; squares sum to 30; deviations 3/2, -3/2, 7/2, -7/2, so that m_2 = 29/4, s^2 = 29/3 and
    /// m_4 = (2 * 81/16 + 2 * 2401/16) / 4 = 1241/16.
    /// </summary>
    [Test]
    public void Four_errors_have_the_statistics_worked_out_by_hand()
    {
        var errors = ErrorDistribution.Of([1, -2, 3, -4]);
        Assert.That(errors.Count, Is.EqualTo(4));
        Assert.That(errors.Mean, Is.EqualTo(-0.5));
        Assert.That(errors.Rms, Is.EqualTo(Math.Sqrt(7.5)).Within(Rounding));
        Assert.That(errors.MeanStandardError, Is.EqualTo(Math.Sqrt(29.0 / 3 / 4)).Within(Rounding));
        Assert.That(errors.ExcessKurtosis, Is.EqualTo(1241.0 / 16 / (29.0 / 4 * 29 / 4) - 3).Within(Rounding));
        Assert.That(errors.Largest, Is.EqualTo(4));
    }

    /// <summary>Of 0, 1, ..., n - 1 NumPy's default quantile p is p (n - 1), and between two of them what lies as far between.</summary>
    [TestCase(4, 1.5, 2.97, 2.9997)]
    [TestCase(10001, 5000, 9900, 9999)]
    [TestCase(1, 0, 0, 0)]
    public void Quantiles_of_sizes_are_interpolated(int count, double median, double quantile99, double quantile9999)
    {
        double[] values = [.. Enumerable.Range(0, count).Select(i => i % 2 == 0 ? i : -(double)i)];
        new Random(3).Shuffle(values);
        var errors = ErrorDistribution.Of(values);
        Assert.That(errors.Median, Is.EqualTo(median).Within(count * Rounding));
        Assert.That(errors.Quantile99, Is.EqualTo(quantile99).Within(count * Rounding));
        Assert.That(errors.Quantile9999, Is.EqualTo(quantile9999).Within(count * Rounding));
    }

    /// <summary>
    /// The quantile function at (i + 1/2)/n gives Laplace's distribution, b = 1, up to its ends: E|x| = 1, E x^2 = 2, E x^4 = 24, median of
    /// |x| log 2, 99 % below log 100. What the last half cell of probability 1/(2n) on either side holds of x^4, at about log(n)^4 each,
    /// bounds what is missing: 2 * 14^4 / 10^6 = 0.08 of 24, and with the same share of x^2 less than 0.03 in the kurtosis of 6.
    /// </summary>
    [Test]
    public void Laplaces_distribution_has_excess_kurtosis_three()
    {
        const int Count = 1_000_000;
        var errors = ErrorDistribution.Of(
        [
            .. Enumerable.Range(0, Count).Select(i => (i + 0.5) / Count).Select(p => p < 0.5 ? Math.Log(2 * p) : -Math.Log(2 - 2 * p)),
        ]);
        Assert.That(errors.ExcessKurtosis, Is.EqualTo(3).Within(0.03));
        Assert.That(errors.Rms, Is.EqualTo(Math.Sqrt(2)).Within(1e-3));
        // A quantile lies between neighbours that are 2e-6 / (1 - p) apart.
        Assert.That(errors.Median, Is.EqualTo(Math.Log(2)).Within(1e-5));
        Assert.That(errors.Quantile99, Is.EqualTo(Math.Log(100)).Within(1e-3));
        Assert.That(errors.Mean, Is.EqualTo(0).Within(1e-9));
    }

    [Test]
    public void A_bias_without_spread_has_no_kurtosis()
    {
        var errors = ErrorDistribution.Of([0.25, 0.25, 0.25]);
        Assert.That((errors.Mean, errors.MeanStandardError, errors.Rms), Is.EqualTo((0.25, 0, 0.25)));
        Assert.That(errors.ExcessKurtosis, Is.NaN);
        Assert.That(ErrorDistribution.Bits(errors.Rms), Is.EqualTo(2));
    }

    [Test]
    public void No_errors_and_errors_that_are_no_numbers_are_refused()
    {
        Assert.That(() => ErrorDistribution.Of([]), Throws.ArgumentException.With.Message.StartsWith("a distribution needs an error"));
        foreach (var bad in new[] { double.NaN, double.PositiveInfinity })
            Assert.That(() => ErrorDistribution.Of([1, bad]), Throws.ArgumentException.With.Message.StartsWith("an error is not finite"));
    }

    /// <summary>Quarters of an octave: 1 and 2^0.24 share a bin, 2^0.25 begins the next, 4 lies 8 bins above 1, 1/2 four below.</summary>
    [Test]
    public void Sizes_are_counted_by_quarters_of_an_octave()
    {
        var histogram = ErrorHistogram.Of([1, -Math.Pow(2, 0.24), Math.Pow(2, 0.26), -4, 0.5, 0, -0.0]);
        Assert.That(histogram.First, Is.EqualTo(-4));
        Assert.That(histogram.Counts, Is.EqualTo(new long[] { 1, 0, 0, 0, 2, 1, 0, 0, 0, 0, 0, 0, 1 }));
        Assert.That(histogram.Zeros, Is.EqualTo(2));
        Assert.That((histogram.Log2LowerEdge(0), histogram.Log2Middle(4)), Is.EqualTo((-1, 0.125)));
        Assert.That(ErrorHistogram.Of([0]).Counts, Is.Empty);
    }
}
