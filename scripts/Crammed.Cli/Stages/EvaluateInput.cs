namespace Crammed.Cli.Stages;

/// <summary>What an evaluation needs. Paths are absolute.</summary>
internal sealed record EvaluateInput
{
    /// <summary>The checkpoint.</summary>
    public required string ModelFolder { get; init; }

    /// <summary>The exported evaluation split.</summary>
    public required string DevFile { get; init; }

    /// <summary>Adapters and head to evaluate; exactly one of this and <see cref="PlanFile"/>.</summary>
    public string? AdaptersFile { get; init; }

    /// <summary>A plan, whose untrained adapters and head are evaluated.</summary>
    public string? PlanFile { get; init; }
}
