using Crammed.Bert;
using Crammed.Cli.Reports;
using Crammed.Text;

namespace Crammed.Cli.Stages;

/// <summary>What an evaluation found.</summary>
/// <param name="Task">The task.</param>
/// <param name="Predictions">Logits and labels, example by example.</param>
/// <param name="Scores">The task's metrics, the main one first.</param>
internal sealed record EvaluateOutcome(TaskDescription Task, Predictions Predictions, IReadOnlyList<Score> Scores)
{
    /// <summary>The metric that the task is judged by.</summary>
    public Score Main => Scores[0];

    /// <summary>Number of examples.</summary>
    public int Examples => Predictions.Labels.Length;
}
