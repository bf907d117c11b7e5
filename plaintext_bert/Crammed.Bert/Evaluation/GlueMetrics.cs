using Crammed.Text;

namespace Crammed.Bert;

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
        var (truePositive, falsePositive, falseNegative, _) = Confusion(predictions, labels);
        var denominator = (2 * truePositive) + falsePositive + falseNegative;
        return denominator == 0 ? 0 : 2 * truePositive / denominator;
    }

    /// <summary>Matthews' correlation of two binary variables; 0 if either is constant, as scikit-learn has it.</summary>
    public static double Matthews(IReadOnlyList<double> predictions, IReadOnlyList<double> labels)
    {
        var (tp, fp, fn, tn) = Confusion(predictions, labels);
        var denominator = Math.Sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn));
        return denominator == 0 ? 0 : ((tp * tn) - (fp * fn)) / denominator;
    }

    /// <summary>Pearson's correlation; NaN if either side is constant.</summary>
    public static double Pearson(IReadOnlyList<double> predictions, IReadOnlyList<double> labels)
    {
        double meanX = predictions.Average(), meanY = labels.Average();
        double xx = 0, yy = 0, xy = 0;
        for (var i = 0; i < labels.Count; i++)
        {
            double x = predictions[i] - meanX, y = labels[i] - meanY;
            xx += x * x;
            yy += y * y;
            xy += x * y;
        }

        return xx == 0 || yy == 0 ? double.NaN : xy / Math.Sqrt(xx * yy);
    }

    /// <summary>Spearman's rank correlation, equal values sharing their mean rank; NaN if either side is constant.</summary>
    public static double Spearman(IReadOnlyList<double> predictions, IReadOnlyList<double> labels) =>
        Pearson(Ranks(predictions), Ranks(labels));

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

    private static (double TruePositive, double FalsePositive, double FalseNegative, double TrueNegative) Confusion(
        IReadOnlyList<double> predictions, IReadOnlyList<double> labels)
    {
        double tp = 0, fp = 0, fn = 0, tn = 0;
        for (var i = 0; i < labels.Count; i++)
        {
            var (predicted, actual) = (predictions[i] == 1, labels[i] == 1);
            tp += predicted && actual ? 1 : 0;
            fp += predicted && !actual ? 1 : 0;
            fn += !predicted && actual ? 1 : 0;
            tn += !predicted && !actual ? 1 : 0;
        }

        return (tp, fp, fn, tn);
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
