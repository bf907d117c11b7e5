namespace Crammed.Cli.Stages;

/// <summary>How far a stage is. A report with another title than the one before starts another piece of work.</summary>
/// <param name="Title">What is being done: "pretraining".</param>
/// <param name="Done">Units done.</param>
/// <param name="Total">Units in all.</param>
/// <param name="Unit">The unit in the plural: "steps".</param>
/// <param name="Detail">More to show, such as "loss 5.43".</param>
/// <param name="Left">Time left, where the stage knows it better than the rate tells.</param>
internal sealed record StageProgress(string Title, long Done, long Total, string Unit, string? Detail = null, TimeSpan? Left = null);
