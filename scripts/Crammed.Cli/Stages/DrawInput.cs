using Crammed.Model;

namespace Crammed.Cli.Stages;

/// <summary>What a draw is drawn from. Paths are absolute.</summary>
internal sealed record DrawInput
{
    /// <summary>The checkpoint, whose sizes the adapters have.</summary>
    public required string ModelFolder { get; init; }

    /// <summary>The exported training split: its number of examples bounds the batches, its task gives the classes.</summary>
    public required string TrainFolder { get; init; }

    /// <summary>Hyperparameters.</summary>
    public required FineTuningSettings Settings { get; init; }

    /// <summary>Fixes everything random.</summary>
    public required long Seed { get; init; }

    /// <summary>Widths p and m of the head; null: those of the checkpoint.</summary>
    public (int Projection, int Hidden)? Head { get; init; }
}
