using Crammed.Bert;
using Crammed.Text;

namespace Crammed.Cli.Reports;

/// <summary>A metric's value beside what a model that has learnt nothing would get.</summary>
/// <param name="Metric">As in <see cref="MetricNames"/>.</param>
/// <param name="Value">The score; NaN where it is undefined (a correlation with a constant).</param>
/// <param name="StandardError">From the choice of examples.</param>
/// <param name="Chance">Score of the best constant answer: the larger class, class 1 for F1; 0 for correlations.</param>
internal sealed record Score(string Metric, double Value, double StandardError, double Chance)
{
    /// <summary>How many standard errors count as near.</summary>
    public const double NearChanceErrors = 2;

    /// <summary>
    /// Whether the score is no evidence of learning: undefined, at most two standard errors above chance, or below it. A constant
    /// answer has a standard error of zero in some metrics, and chance itself is then near.
    /// </summary>
    public bool IsNearChance =>
        double.IsNaN(Value) || double.IsNaN(StandardError) || Value <= Chance + (NearChanceErrors * StandardError);

    /// <summary>Puts the chance level beside a metric.</summary>
    public static Score Of(MetricValue metric, IReadOnlyList<double> labels) =>
        new(metric.Name, metric.Value, metric.StandardError, ChanceOf(metric.Name, labels));

    private static double ChanceOf(string metric, IReadOnlyList<double> labels) => metric switch
    {
        MetricNames.Accuracy => labels.CountBy(label => label).Max(entry => entry.Value) / (double)labels.Count,
        MetricNames.F1 => GlueMetrics.F1([.. labels.Select(_ => 1.0)], labels),
        _ => 0,
    };
}
