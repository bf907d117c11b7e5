using Crammed.Model;
using Crammed.Text;

namespace Crammed.Cli.Stages;

/// <summary>What an evaluation needs. Paths are absolute.</summary>
internal sealed record EvaluateInput
{
    /// <summary>The checkpoint.</summary>
    public required string ModelFolder { get; init; }

    /// <summary>The exported evaluation split; null: <see cref="Text"/> has the examples.</summary>
    public required string? DevFolder { get; init; }

    /// <summary>The task's text, where there is no exported split.</summary>
    public TextTask? Text { get; init; }

    /// <summary>The task that the split is of, with its metrics.</summary>
    public required TaskDescription Task { get; init; }

    /// <summary>Adapters and head: trained ones, or <see cref="TrainedWeights.Initial"/> of a draw; null: <see cref="Tuned"/> has them.</summary>
    public required TrainedWeights? Weights { get; init; }

    /// <summary>Folder of a run of fine-tuning from text (<see cref="TunedFolder"/>); null: <see cref="Weights"/> are given.</summary>
    public string? Tuned { get; init; }
}
