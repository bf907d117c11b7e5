namespace Crammed.Cli.Stages;

/// <summary>What an export needs. Paths are absolute.</summary>
internal sealed record ExportInput
{
    /// <summary>The checkpoint whose vocabulary and embedding are used.</summary>
    public required string ModelFolder { get; init; }

    /// <summary>The task's name, such as rte.</summary>
    public required string Task { get; init; }

    /// <summary>Folder of GLUE's files; null where only WordNet's tasks are asked for.</summary>
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
