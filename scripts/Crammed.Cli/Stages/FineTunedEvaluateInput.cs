namespace Crammed.Cli.Stages;

/// <summary>What the evaluation of a model that was fine-tuned from text needs. Paths are absolute.</summary>
internal sealed record FineTunedEvaluateInput
{
    /// <summary>The checkpoint that the adapters are for, or that was trained whole.</summary>
    public required string ModelFolder { get; init; }

    /// <summary>The folder of one run (TASK/seed-N).</summary>
    public required string AdaptersFolder { get; init; }

    /// <summary>The exported evaluation split, of which the tokens count.</summary>
    public required string DevFile { get; init; }
}
