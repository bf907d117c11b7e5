using Crammed.Bert;
using Crammed.Cli.Reports;
using Crammed.Text;

namespace Crammed.Cli.Stages;

/// <summary>What fine-tuning on one task found.</summary>
/// <param name="Task">The task.</param>
/// <param name="TrainExamples">Examples trained on.</param>
/// <param name="DevExamples">Examples evaluated on.</param>
/// <param name="Runs">The runs, one a seed; the last may have been interrupted or have diverged.</param>
/// <param name="Summaries">Each metric over the complete runs, the main one first; empty if no run is complete.</param>
internal sealed record FineTuneOutcome(
    TaskDescription Task, int TrainExamples, int DevExamples, IReadOnlyList<FineTuneRun> Runs, IReadOnlyList<SeedSummary> Summaries)
{
    /// <summary>Whether a run was cancelled.</summary>
    public bool IsInterrupted => Runs.Any(run => run.Training.Interrupted);

    /// <summary>The run that diverged; null: none.</summary>
    public FineTuneRun? Diverged => Runs.FirstOrDefault(run => run.Training.Divergence is not null);

    /// <summary>Runs that took every step.</summary>
    public int CompleteRuns => Runs.Count(run => run.Training.IsComplete);
}

/// <summary>One run of fine-tuning on a task.</summary>
/// <param name="Seed">Its seed.</param>
/// <param name="Training">Losses and evaluations.</param>
internal sealed record FineTuneRun(long Seed, FineTuningResult Training);

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
