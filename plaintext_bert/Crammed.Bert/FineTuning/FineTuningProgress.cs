namespace Crammed.Bert;

/// <summary>State of a fine-tuning run after one step.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Steps">Steps in all.</param>
/// <param name="Loss">Mean loss over the step's batch, before its update.</param>
/// <param name="LearningRate">Rate of the update.</param>
/// <param name="RemainingSeconds">Estimate of the seconds left.</param>
public sealed record FineTuningProgress(int Step, int Steps, double Loss, double LearningRate, double RemainingSeconds);
