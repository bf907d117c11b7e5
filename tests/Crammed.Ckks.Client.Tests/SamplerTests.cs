namespace Crammed.Ckks.Client.Tests;

/// <summary>
/// The samplers' distributions. Bounds are five standard errors of the statistic over 2^20 samples: probability of a false alarm below
/// 10^-6 each.
/// </summary>
[TestFixture]
internal sealed class SamplerTests
{
    private const int Count = 1 << 20;

    [Test]
    public void Ternary_coefficients_are_uniform()
    {
        var samples = new double[Count];
        using var sampler = new SecretSampler();
        sampler.FillTernary(samples);
        var standardError = Math.Sqrt(Count * (1.0 / 3) * (2.0 / 3));
        for (var value = -1; value <= 1; value++)
            Assert.That(samples.Count(sample => sample == value), Is.EqualTo(Count / 3.0).Within(5 * standardError), $"value {value}");
    }

    /// <summary>
    /// 2^10 secrets of weight 192 among 2^12 coefficients. Positions of one secret differ, so a position's count over all secrets is
    /// binomial with variance n f (1 - f), f = 192 / 2^12, and counts of two positions have covariance - n f (1 - f) / (N - 1): the sum of
    /// squared deviations over n f (1 - f) times (N - 1) / N is chi-squared with N - 1 = 4095 degrees of freedom, mean 4095, standard
    /// deviation 90.5.
    /// </summary>
    [Test]
    public void Sparse_secrets_have_their_weight_at_uniform_positions_with_fair_signs()
    {
        const int n = 1 << 12, weight = 192, secrets = 1 << 10;
        var counts = new int[n];
        long positive = 0;
        var secret = new double[n];
        using var sampler = new SecretSampler();
        for (var trial = 0; trial < secrets; trial++)
        {
            sampler.FillSparseTernary(secret, weight);
            Assert.That(secret.Count(value => value is 1 or -1), Is.EqualTo(weight));
            Assert.That(secret.Count(value => value == 0), Is.EqualTo(n - weight));
            positive += secret.Count(value => value > 0);
            for (var i = 0; i < n; i++)
                counts[i] += secret[i] != 0 ? 1 : 0;
        }
        double share = (double)weight / n, mean = secrets * share;
        var chiSquared = counts.Sum(count => (count - mean) * (count - mean)) / (mean * (1 - share)) * (n - 1) / n;
        Assert.That(chiSquared, Is.EqualTo(n - 1).Within(5 * Math.Sqrt(2.0 * (n - 1))));
        var total = (double)secrets * weight;
        Assert.That(positive, Is.EqualTo(total / 2).Within(5 * Math.Sqrt(total) / 2));
    }

    [Test]
    public void Sparse_secrets_may_be_as_light_or_heavy_as_the_ring_allows()
    {
        var secret = new double[128];
        using var sampler = new SecretSampler();
        foreach (var weight in new[] { 1, 127, 128 })
        {
            sampler.FillSparseTernary(secret, weight);
            Assert.That(secret.Count(value => value != 0), Is.EqualTo(weight));
        }
        Assert.That(() => sampler.FillSparseTernary(secret, 0), Throws.ArgumentException);
        Assert.That(() => sampler.FillSparseTernary(secret, 129), Throws.ArgumentException);
        Assert.That(() => sampler.FillSparseTernary(new double[100], 5), Throws.ArgumentException);
    }

    [Test]
    public void Errors_are_discrete_gaussian_of_standard_deviation_3_2()
    {
        var samples = new double[Count];
        using var sampler = new SecretSampler();
        sampler.FillGaussian(samples);
        Assert.That(samples, Has.All.Matches<double>(sample => double.IsInteger(sample) && Math.Abs(sample) <= 32));
        // The mean has standard error sigma / sqrt(n), the mean square sigma^2 sqrt(2 / n).
        var sigma = 3.2;
        Assert.That(samples.Average(), Is.EqualTo(0).Within(5 * sigma / Math.Sqrt(Count)));
        var meanSquare = samples.Average(sample => sample * sample);
        Assert.That(meanSquare, Is.EqualTo(sigma * sigma).Within(5 * sigma * sigma * Math.Sqrt(2.0 / Count)));
        // Every value's share is that of the density, for values that occur often enough to be counted.
        var total = Enumerable.Range(-40, 81).Sum(k => Math.Exp(-k * k / (2 * sigma * sigma)));
        for (var k = -9; k <= 9; k++)
        {
            var share = Math.Exp(-k * k / (2 * sigma * sigma)) / total;
            var standardError = Math.Sqrt(Count * share * (1 - share));
            Assert.That(samples.Count(sample => sample == k), Is.EqualTo(Count * share).Within(5 * standardError), $"value {k}");
        }
        // Tails are there: beyond 4 sigma (12.8) lies 6e-5 of it.
        Assert.That(samples.Count(sample => Math.Abs(sample) >= 13), Is.InRange(25, 150));
    }

    [Test]
    public void Two_fills_and_two_samplers_are_independent()
    {
        double[] first = new double[64], second = new double[64], third = new double[64];
        using SecretSampler one = new(), two = new();
        one.FillGaussian(first);
        one.FillGaussian(second);
        two.FillGaussian(third);
        Assert.That(first, Is.Not.EqualTo(second).And.Not.EqualTo(third));
    }
}
