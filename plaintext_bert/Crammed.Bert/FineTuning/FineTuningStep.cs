using Crammed.Files;

namespace Crammed.Bert;

/// <summary>One row of metrics.csv.</summary>
/// <param name="Step">From 1.</param>
/// <param name="LearningRate">Rate of this step's update.</param>
/// <param name="Loss">Mean over the batch before the update: cross entropy in nats, or squared error.</param>
public sealed record FineTuningStep(int Step, double LearningRate, double Loss)
{
    /// <summary>How far a run is before its first step.</summary>
    internal static WorkProgress Start(int steps) => new("fine-tuning", 0, steps, "steps");

    /// <summary>How far it is after this step.</summary>
    internal WorkProgress Progress(int steps) => Start(steps) with { Done = Step, Detail = FormattableString.Invariant($"loss {Loss:F4}") };
}
