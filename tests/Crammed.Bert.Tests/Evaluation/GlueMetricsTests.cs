using Crammed.Text;

namespace Crammed.Bert.Tests;

public class GlueMetricsTests
{
    private const double Tolerance = 1e-12;

    // tp = 3, fp = 1, fn = 2, tn = 4.
    private static readonly double[] Labels = [1, 1, 1, 1, 1, 0, 0, 0, 0, 0];
    private static readonly double[] Predictions = [1, 1, 1, 0, 0, 1, 0, 0, 0, 0];

    [Test]
    public void Classification_metrics_equal_hand_values()
    {
        Assert.That(GlueMetrics.Accuracy(Predictions, Labels), Is.EqualTo(0.7).Within(Tolerance));
        Assert.That(GlueMetrics.F1(Predictions, Labels), Is.EqualTo(6.0 / 9).Within(Tolerance));
        // (3*4 - 1*2) / sqrt(4 * 5 * 5 * 6)
        Assert.That(GlueMetrics.Matthews(Predictions, Labels), Is.EqualTo(10 / Math.Sqrt(600)).Within(Tolerance));
        Assert.That(
            GlueMetrics.Compute(MetricNames.Accuracy, Predictions, Labels).StandardError, Is.EqualTo(Math.Sqrt(0.021)).Within(Tolerance));
    }

    [Test]
    public void Matthews_is_the_correlation_of_the_two_indicators() =>
        Assert.That(GlueMetrics.Matthews(Predictions, Labels), Is.EqualTo(GlueMetrics.Pearson(Predictions, Labels)).Within(Tolerance));

    [Test]
    public void Correlations_equal_hand_values()
    {
        double[] x = [1, 2, 3, 4, 5], y = [2, 1, 4, 3, 5];
        Assert.That(GlueMetrics.Pearson(x, y), Is.EqualTo(0.8).Within(Tolerance));
        // Without ties: 1 - 6 sum d^2 / (n (n^2 - 1)) = 1 - 24 / 120.
        Assert.That(GlueMetrics.Spearman([1, 20, 300, 4000, 50000], y), Is.EqualTo(0.8).Within(Tolerance));
        // Ranks 1, 2.5, 2.5, 4 against 1, 3, 2, 4: cov 4.5, variances 4.5 and 5.
        Assert.That(GlueMetrics.Spearman([1, 2, 2, 9], [1, 3, 2, 4]), Is.EqualTo(4.5 / Math.Sqrt(22.5)).Within(Tolerance));
        Assert.That(GlueMetrics.Spearman([1, 2, 3], [5, 5, 5]), Is.NaN);
    }

    [Test]
    public void Degenerate_classes_follow_the_convention()
    {
        Assert.That(GlueMetrics.F1([0, 0], [0, 0]), Is.Zero);
        Assert.That(GlueMetrics.Matthews([1, 1], [0, 1]), Is.Zero);
    }

    /// <summary>
    /// For a mean-like statistic the bootstrap's error is near the analytic one; Fisher's (1 - r^2)/sqrt(n - 1) for Pearson.
    /// </summary>
    [Test]
    public void Bootstrap_error_is_near_the_analytic_one()
    {
        const int n = 2000;
        var x = Tiny.Gaussian(1, n);
        var y = x.Zip(Tiny.Gaussian(2, n), (a, b) => (0.6 * a) + (0.8 * b)).ToArray();
        var metric = GlueMetrics.Compute(MetricNames.Pearson, x, y);
        var analytic = (1 - (metric.Value * metric.Value)) / Math.Sqrt(n - 1);
        // 1000 resamples know a standard deviation to 2.2%, the sample's own shape adds a few percent.
        Assert.That(metric.StandardError, Is.EqualTo(analytic).Within(0.15 * analytic));
    }

    [Test]
    public void Predictions_choose_the_largest_logit()
    {
        var predictions = new Predictions([[0.1, 0.3], [2, -1], [1, 1]], [1, 0, 1], Classes: 2);
        Assert.That(predictions.Values(), Is.EqualTo(new double[] { 1, 0, 0 }));
        Assert.That(predictions.Metrics([MetricNames.Accuracy])[0].Value, Is.EqualTo(2 / 3.0).Within(Tolerance));
        Assert.That(new Predictions([[2.5]], [2], Classes: 0).Values(), Is.EqualTo(new[] { 2.5 }));
    }

    [Test]
    public void Bad_arguments_are_refused()
    {
        Assert.That(() => GlueMetrics.Compute("bleu", [1], [1]), Throws.ArgumentException.With.Message.Contains("'bleu'"));
        Assert.That(
            () => GlueMetrics.Compute(MetricNames.F1, [1, 2], [1]),
            Throws.ArgumentException.With.Message.Contains("2 predictions for 1 labels"));
        Assert.That(() => GlueMetrics.Compute(MetricNames.F1, [], []), Throws.ArgumentException);
    }
}
