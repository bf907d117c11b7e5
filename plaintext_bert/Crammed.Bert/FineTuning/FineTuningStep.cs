namespace Crammed.Bert;

/// <summary>One row of metrics.csv.</summary>
/// <param name="Step">From 1.</param>
/// <param name="LearningRate">Rate of this step's update.</param>
/// <param name="Loss">Mean over the batch before the update: cross entropy in nats, or squared error.</param>
public sealed record FineTuningStep(int Step, double LearningRate, double Loss);
