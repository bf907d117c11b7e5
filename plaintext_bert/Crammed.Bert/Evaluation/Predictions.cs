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
