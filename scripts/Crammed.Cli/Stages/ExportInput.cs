using Crammed.Text;

namespace Crammed.Cli.Stages;

/// <summary>What an export needs. Paths are absolute.</summary>
internal sealed record ExportInput
{
    /// <summary>The checkpoint whose vocabulary and embedding are used.</summary>
    public required string ModelFolder { get; init; }

    /// <summary>The task.</summary>
    public required TaskDefinition Task { get; init; }

    /// <summary>Folder of tasks' files, GLUE's for example; null where only generated tasks are asked for.</summary>
    public required string? GlueFolder { get; init; }

    /// <summary>Folder of WordNet's data files.</summary>
    public required string WordNetFolder { get; init; }

    /// <summary>At most so many training examples, a subset fixed by the seed; null: all.</summary>
    public int? TrainLimit { get; init; }

    /// <summary>At most so many evaluation examples; null: all.</summary>
    public int? DevLimit { get; init; }

    /// <summary>Chooses the subsets.</summary>
    public long Seed { get; init; } = 1;
}
