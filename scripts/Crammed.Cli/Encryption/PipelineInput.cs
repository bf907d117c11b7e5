using Crammed.Cli.Settings;
using Crammed.Model;
using Crammed.Text;

namespace Crammed.Cli.Encryption;

/// <summary>What fine-tuning under encryption starts from. Paths are absolute.</summary>
internal sealed record PipelineInput
{
    /// <summary>A calibrated checkpoint of a crammed BERT.</summary>
    public required string ModelFolder { get; init; }

    public required TaskDefinition Task { get; init; }

    /// <summary>Folder of tasks' files; null where only generated tasks are asked for.</summary>
    public required string? GlueFolder { get; init; }

    /// <summary>Folder of WordNet's data files.</summary>
    public required string WordNetFolder { get; init; }

    /// <summary>At most so many training examples; null: all.</summary>
    public required int? TrainLimit { get; init; }

    /// <summary>At most so many evaluation examples; null: all.</summary>
    public int? DevLimit { get; init; }

    /// <summary>Hyperparameters.</summary>
    public required FineTuningSettings FineTuning { get; init; }

    /// <summary>Seed of the draw.</summary>
    public required long Seed { get; init; }

    /// <summary>Examples that are also evaluated under encryption.</summary>
    public required int EncryptedExamples { get; init; }

    public required PlanningSettings Planning { get; init; }

    /// <summary>Cost tables; none: the one that comes with the program.</summary>
    public required IReadOnlyList<string> CostFiles { get; init; }

    public required EncryptionSettings Encryption { get; init; }

    public required int Threads { get; init; }
}
