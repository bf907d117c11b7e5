using Crammed.Model;

namespace Crammed.Cli.Stages;

/// <summary>What drawing wrote.</summary>
/// <param name="DrawFile">The file.</param>
/// <param name="Draw">What is in it.</param>
/// <param name="TrainedParameters">Numbers that the run trains: adapters and head.</param>
internal sealed record DrawOutcome(string DrawFile, FineTuningDraw Draw, long TrainedParameters);
