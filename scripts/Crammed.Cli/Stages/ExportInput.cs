using Crammed.Tables;
using Crammed.Text;

namespace Crammed.Cli.Stages;

/// <summary>What an export needs. Paths are absolute.</summary>
internal sealed record ExportInput
{
    /// <summary>The checkpoint whose vocabulary and embedding are used.</summary>
    public required string ModelFolder { get; init; }

    /// <summary>The tasks, at least one, with different names.</summary>
    public required IReadOnlyList<TaskDefinition> Tasks { get; init; }

    /// <summary>Folder of tasks' files, GLUE's for example; null where only generated tasks are asked for.</summary>
    public required string? GlueFolder { get; init; }

    /// <summary>Folder of WordNet's data files.</summary>
    public required string WordNetFolder { get; init; }

    /// <summary>The splits to export.</summary>
    public IReadOnlyList<TaskSplit> Splits { get; init; } = [TaskSplit.Train, TaskSplit.Dev];

    /// <summary>Which states of the tokens are exported.</summary>
    public ClientPrefix Prefix { get; init; } = ClientPrefix.Embedding;

    /// <summary>At most so many training examples, a subset fixed by the seed; null: all.</summary>
    public int? TrainLimit { get; init; }

    /// <summary>At most so many evaluation examples; null: all.</summary>
    public int? DevLimit { get; init; }

    /// <summary>Chooses the subsets.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Whether to go on with what an interrupted export left in the folder.</summary>
    public bool Resume { get; init; }
}
