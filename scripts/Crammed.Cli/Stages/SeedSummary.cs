using Crammed.Cli.Reports;

namespace Crammed.Cli.Stages;

/// <summary>A metric at the end of several runs that differ in their seed.</summary>
/// <param name="Metric">Its name.</param>
/// <param name="Median">Of an even number of runs, the mean of the middle two; NaN if the metric is undefined in some run.</param>
/// <param name="Minimum">Of the worst run.</param>
/// <param name="Maximum">Of the best run.</param>
/// <param name="StandardError">From the choice of examples: the runs' median.</param>
/// <param name="Chance">Score of the best constant answer.</param>
internal sealed record SeedSummary(string Metric, double Median, double Minimum, double Maximum, double StandardError, double Chance)
{
    /// <summary>Sums up one metric's scores, one a run.</summary>
    /// <exception cref="ArgumentException">No scores, or of different metrics.</exception>
    public static SeedSummary Of(IReadOnlyList<Score> scores)
    {
        if (scores.Count == 0 || scores.Any(score => score.Metric != scores[0].Metric))
            throw new ArgumentException("scores of one metric are needed, at least one", nameof(scores));
        var values = scores.Select(score => score.Value).ToList();
        return new SeedSummary(
            scores[0].Metric,
            Reports.Median.Of(values),
            values.Any(double.IsNaN) ? double.NaN : values.Min(),
            values.Max(),
            Reports.Median.Of([.. scores.Select(score => score.StandardError)]),
            scores[0].Chance);
    }
}
