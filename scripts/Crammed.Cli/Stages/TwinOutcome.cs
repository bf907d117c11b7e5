using Crammed.Bert;

namespace Crammed.Cli.Stages;

/// <summary>What fine-tuning in plaintext made.</summary>
/// <param name="AdaptersFile">Adapters and head, or the head alone after full fine-tuning.</param>
/// <param name="MetricsFile">Step, learning rate and loss.</param>
/// <param name="ModelFolder">The checkpoint that the adapters go with: the one given, or the changed one after full fine-tuning.</param>
/// <param name="Training">Weights, loss of every step, seconds.</param>
internal sealed record TwinOutcome(string AdaptersFile, string MetricsFile, string ModelFolder, FineTuningResult Training);
