namespace Crammed.Bert;

/// <summary>One evaluation during fine-tuning: after an epoch, or after the last step.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="Step">Steps taken so far.</param>
/// <param name="TrainingLoss">Mean over the epoch's steps.</param>
/// <param name="Metrics">The task's metrics on the evaluation split, the main one first.</param>
public sealed record TaskEpoch(int Epoch, int Step, double TrainingLoss, IReadOnlyList<MetricValue> Metrics);
