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
