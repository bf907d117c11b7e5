using Crammed.Bert;
using Crammed.Model;

namespace Crammed.Cli.Stages;

/// <summary>What fine-tuning in plaintext needs. Paths are absolute.</summary>
internal sealed record TwinInput
{
    /// <summary>The checkpoint to start from.</summary>
    public required string ModelFolder { get; init; }

    /// <summary>The exported training split.</summary>
    public required string TrainFolder { get; init; }

    /// <summary>Start, batches, masks, hyperparameters.</summary>
    public required FineTuningDraw Draw { get; init; }

    /// <summary>
    /// Adapters and head in float64: the twin of an encrypted run. Full, in float32: every weight of the model.
    /// </summary>
    public FineTuningMode Mode { get; init; } = FineTuningMode.Adapters;

    /// <summary>Where the optimizer's epsilon stands; the twin has it inside the root.</summary>
    public EpsilonPlacement Epsilon { get; init; } = EpsilonPlacement.InsideRoot;
}
