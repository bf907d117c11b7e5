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
