using Crammed.Model;

namespace Crammed.Cli.Stages;

/// <summary>What planning wrote.</summary>
/// <param name="PlanFile">The file.</param>
/// <param name="Plan">What is in it.</param>
/// <param name="TrainedParameters">Numbers that the run trains: adapters and head.</param>
internal sealed record PlanOutcome(string PlanFile, FineTuningPlan Plan, long TrainedParameters);
