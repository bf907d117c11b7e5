using Crammed.Bert;

namespace Crammed.Cli.Stages;

/// <summary>One run of fine-tuning on a task.</summary>
/// <param name="Seed">Its seed.</param>
/// <param name="Training">Losses and evaluations.</param>
internal sealed record FineTuneRun(long Seed, TaskTrainingResult Training);
