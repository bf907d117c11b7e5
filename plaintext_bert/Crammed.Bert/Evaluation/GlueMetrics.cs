using Crammed.Text;

namespace Crammed.Bert;

/// <summary>A model's answers on one split.</summary>
/// <param name="Logits">[example][output].</param>
/// <param name="Labels">The true class or value of each example.</param>
/// <param name="Classes">Classes, 0 for regression.</param>
public sealed record Predictions(double[][] Logits, double[] Labels, int Classes)
{
    /// <summary>The predicted class (the first of equal logits) or value of each example.</summary>
    public double[] Values() =>
        [.. Logits.Select(logits => Classes == 0 ? logits[0] : Array.IndexOf(logits, logits.Max()))];

    /// <summary>The task's metrics, in the order asked for.</summary>
    /// <exception cref="ArgumentException">Unknown metric name, or no examples.</exception>
    public IReadOnlyList<MetricValue> Metrics(IEnumerable<string> names)
    {
        var values = Values();
        return [.. names.Select(name => GlueMetrics.Compute(name, values, Labels))];
    }
}

/// <summary>A score and how far chance in the choice of examples moves it.</summary>
/// <param name="Name">As in <see cref="Crammed.Text.MetricNames"/>.</param>
/// <param name="Value">The score; NaN where it is undefined (a correlation with a constant).</param>
/// <param name="StandardError">sqrt(p (1 - p) / n) for accuracy, otherwise the standard deviation over bootstrap samples.</param>
public sealed record MetricValue(string Name, double Value, double StandardError);

/// <summary>GLUE's metrics (Wang et al. 2019), each with a standard error.</summary>
public static class GlueMetrics
{
    private const int BootstrapSamples = 1000;
    private const long BootstrapSeed = 1;

    /// <summary>
    /// One metric by name. The standard error of accuracy is sqrt(p (1 - p) / n); of the others, the standard deviation over 1000 bootstrap
    /// resamples of the examples with a fixed seed, resamples on which the metric is undefined left out.
    /// </summary>
    /// <exception cref="ArgumentException">Unknown name, no examples, or lists of different lengths.</exception>
    public static MetricValue Compute(string name, IReadOnlyList<double> predictions, IReadOnlyList<double> labels)
    {
        ArgumentNullException.ThrowIfNull(predictions);
        ArgumentNullException.ThrowIfNull(labels);
        if (predictions.Count != labels.Count || labels.Count == 0)
            throw new ArgumentException(
                $"{predictions.Count} predictions for {labels.Count} labels; a metric needs one for each of at least one example");
        if (name == MetricNames.Accuracy)
        {
            var accuracy = Accuracy(predictions, labels);
            return new MetricValue(name, accuracy, Math.Sqrt(accuracy * (1 - accuracy) / labels.Count));
        }

        Func<IReadOnlyList<double>, IReadOnlyList<double>, double> metric = name switch
        {
            MetricNames.F1 => F1,
            MetricNames.Matthews => Matthews,
            MetricNames.Pearson => Pearson,
            MetricNames.Spearman => Spearman,
            _ => throw new ArgumentException($"there is no metric '{name}'", nameof(name)),
        };
        return new MetricValue(name, metric(predictions, labels), BootstrapError(metric, predictions, labels));
    }

    /// <summary>Share of predictions equal to their label.</summary>
    public static double Accuracy(IReadOnlyList<double> predictions, IReadOnlyList<double> labels) =>
        predictions.Zip(labels).Count(pair => pair.First == pair.Second) / (double)labels.Count;

    /// <summary>F1 of class 1: 2 tp / (2 tp + fp + fn); 0 if class 1 is neither there nor predicted.</summary>
    public static double F1(IReadOnlyList<double> predictions, IReadOnlyList<double> labels)
    {
        // 2 tp + fp + fn counts the ones on both sides.
        double truePositive = predictions.Zip(labels).Count(pair => pair.First == 1 && pair.Second == 1);
        double ones = predictions.Count(value => value == 1) + labels.Count(value => value == 1);
        return ones == 0 ? 0 : 2 * truePositive / ones;
    }

    /// <summary>
    /// Matthews' correlation; for more than two classes the R_K statistic (Gorodkin 2004, equation 9). 0 if predictions or labels are
    /// constant, as scikit-learn has it.
    /// </summary>
    public static double Matthews(IReadOnlyList<double> predictions, IReadOnlyList<double> labels)
    {
        var pairs = predictions.Zip(labels).ToList();
        double count = pairs.Count, right = pairs.Count(pair => pair.First == pair.Second);
        double predictedSquares = 0, actualSquares = 0, products = 0;
        foreach (var label in predictions.Concat(labels).Distinct())
        {
            double predicted = predictions.Count(value => value == label), actual = labels.Count(value => value == label);
            predictedSquares += predicted * predicted;
            actualSquares += actual * actual;
            products += predicted * actual;
        }

        var denominator = Math.Sqrt((count * count) - predictedSquares) * Math.Sqrt((count * count) - actualSquares);
        return denominator == 0 ? 0 : ((right * count) - products) / denominator;
    }

    /// <summary>Pearson's correlation; NaN if either side is constant or holds a NaN, as scipy has it.</summary>
    public static double Pearson(IReadOnlyList<double> predictions, IReadOnlyList<double> labels)
    {
        // Asked of the values themselves: the mean of equal values may differ from them by a rounding.
        if (IsConstant(predictions) || IsConstant(labels))
            return double.NaN;
        double[] x = Deviations(predictions), y = Deviations(labels);
        double xx = 0, yy = 0, xy = 0;
        for (var i = 0; i < x.Length; i++)
        {
            xx += x[i] * x[i];
            yy += y[i] * y[i];
            xy += x[i] * y[i];
        }

        return Math.Clamp(xy / Math.Sqrt(xx * yy), -1, 1);
    }

    /// <summary>Differences from the mean, divided by the largest, so that no square leaves the range of doubles.</summary>
    private static double[] Deviations(IReadOnlyList<double> values)
    {
        var mean = values.Average();
        var largest = values.Max(value => Math.Abs(value - mean));
        return [.. values.Select(value => (value - mean) / largest)];
    }

    /// <summary>
    /// Spearman's rank correlation, equal values sharing their mean rank; NaN if either side is constant or holds a NaN, as scipy has it.
    /// </summary>
    public static double Spearman(IReadOnlyList<double> predictions, IReadOnlyList<double> labels) =>
        predictions.Any(double.IsNaN) || labels.Any(double.IsNaN) ? double.NaN : Pearson(Ranks(predictions), Ranks(labels));

    private static bool IsConstant(IReadOnlyList<double> values) => values.All(value => value == values[0]);

    private static double[] Ranks(IReadOnlyList<double> values)
    {
        var order = Enumerable.Range(0, values.Count).OrderBy(index => values[index]).ToArray();
        var ranks = new double[values.Count];
        for (var start = 0; start < order.Length;)
        {
            var end = start;
            while (end < order.Length && values[order[end]] == values[order[start]])
                end++;
            for (var i = start; i < end; i++)
                ranks[order[i]] = (start + end + 1) / 2.0;
            start = end;
        }

        return ranks;
    }

    private static double BootstrapError(
        Func<IReadOnlyList<double>, IReadOnlyList<double>, double> metric, IReadOnlyList<double> predictions, IReadOnlyList<double> labels)
    {
        var random = new SeededRandom(BootstrapSeed, "bootstrap");
        var scores = new List<double>(BootstrapSamples);
        var (x, y) = (new double[labels.Count], new double[labels.Count]);
        for (var sample = 0; sample < BootstrapSamples; sample++)
        {
            for (var i = 0; i < labels.Count; i++)
            {
                var pick = random.Next(labels.Count);
                (x[i], y[i]) = (predictions[pick], labels[pick]);
            }

            if (metric(x, y) is var score && !double.IsNaN(score))
                scores.Add(score);
        }

        if (scores.Count < 2)
            return double.NaN;
        var mean = scores.Average();
        return Math.Sqrt(scores.Sum(score => (score - mean) * (score - mean)) / (scores.Count - 1));
    }
}
