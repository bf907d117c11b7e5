using Crammed.Bert;
using Crammed.Text;

namespace Crammed.Cli.Stages;

/// <summary>What fine-tuning from a task's text needs. Paths are absolute.</summary>
internal sealed record FineTuneInput
{
    /// <summary>The checkpoint to start from.</summary>
    public required string ModelFolder { get; init; }

    /// <summary>The task.</summary>
    public required TaskDefinition Task { get; init; }

    /// <summary>Folder of tasks' files; null where only generated tasks are asked for.</summary>
    public required string? TaskFolder { get; init; }

    /// <summary>Folder of WordNet's data files.</summary>
    public required string WordNetFolder { get; init; }

    /// <summary>Hyperparameters and, unless every weight is trained, adapters; the seed is that of the first run.</summary>
    public required TaskTrainingSettings Training { get; init; }

    /// <summary>Number of runs, each with the next seed.</summary>
    public int Seeds { get; init; } = 1;

    /// <summary>Train on at most so many examples, a subset that is the same for every run; null: all.</summary>
    public int? TrainLimit { get; init; }

    /// <summary>Evaluate on at most so many examples; null: all.</summary>
    public int? DevLimit { get; init; }
}
