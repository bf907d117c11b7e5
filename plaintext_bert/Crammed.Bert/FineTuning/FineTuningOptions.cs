namespace Crammed.Bert;

/// <summary>How a draw is carried out in plaintext.</summary>
public sealed record FineTuningOptions
{
    public FineTuningMode Mode { get; init; } = FineTuningMode.Adapters;

    /// <summary>AdamW-HE by default, so that the run is the twin of an encrypted one.</summary>
    public OptimizerKind Optimizer { get; init; }
}
