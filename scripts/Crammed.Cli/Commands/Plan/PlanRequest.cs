using Crammed.Cli.Settings;
using Crammed.Model;

namespace Crammed.Cli.Commands.Plan;

/// <summary>What is planned, and how. Paths are absolute.</summary>
internal sealed record PlanRequest
{
    /// <summary>A calibrated checkpoint of a crammed BERT.</summary>
    public required string ModelFolder { get; init; }

    /// <summary>Hyperparameters and initial weights.</summary>
    public required FineTuningDraw Draw { get; init; }

    /// <summary>The export that the draw draws from, whose batches show how large values are; null: random tokens do.</summary>
    public required string? ExportFolder { get; init; }

    /// <summary>Calibration of an earlier plan; null: none.</summary>
    public string? CalibrationFile { get; init; }

    /// <summary>Cost tables; none: the one that comes with the program.</summary>
    public required IReadOnlyList<string> CostFiles { get; init; }

    /// <summary>How the plan is searched.</summary>
    public required PlanningSettings Planning { get; init; }

    /// <summary>Parameter set, refresh, memory.</summary>
    public required EncryptionSettings Encryption { get; init; }

    /// <summary>Trained weights and examples where an evaluation alone is planned; null: a training and its evaluation.</summary>
    public EvaluationRequest? Evaluation { get; init; }
}

/// <summary>What an evaluation is planned for.</summary>
/// <param name="Weights">Adapters and head.</param>
/// <param name="Folder">The exported examples, which show how large values are.</param>
internal sealed record EvaluationRequest(TrainedWeights Weights, string Folder);
