namespace Crammed.Text;

/// <summary>What a model and a metric need to know of a task.</summary>
/// <param name="Name">The name users give, for example rte.</param>
/// <param name="IsPair">The task is on pairs of texts.</param>
/// <param name="Labels">The labels in the order of their indices; empty for regression.</param>
/// <param name="Metrics">The metrics to report, the first being the main one, as in <see cref="MetricNames"/>.</param>
public sealed record TaskDescription(string Name, bool IsPair, IReadOnlyList<string> Labels, IReadOnlyList<string> Metrics)
{
    /// <summary>Classification, or regression where there are no labels.</summary>
    public TaskKind Kind => Labels.Count == 0 ? TaskKind.Regression : TaskKind.Classification;

    /// <summary>Values a model puts out for each example: one a label, or one score.</summary>
    public int OutputCount => Math.Max(1, Labels.Count);
}
