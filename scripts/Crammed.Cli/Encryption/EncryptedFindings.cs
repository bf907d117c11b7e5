using Crammed.Cli.Reports;
using Crammed.Cli.Settings;
using Crammed.Cli.Stages;
using Crammed.Encrypted.Containers;
using Crammed.Model;

namespace Crammed.Cli.Encryption;

/// <summary>What a run of a plan's programs found, by whichever command; its report is made from it.</summary>
internal sealed record EncryptedFindings
{
    /// <summary>Of the run.</summary>
    public required string Name { get; init; }

    /// <summary>The task's name.</summary>
    public required string Task { get; init; }

    /// <summary>The plan's checkpoint.</summary>
    public required string ModelFolder { get; init; }

    public required PlanFolder Plan { get; init; }

    /// <summary>What the programs ran on.</summary>
    public FheMode Mode { get; init; } = FheMode.Execute;

    /// <summary>Of a training; null where trained adapters were evaluated.</summary>
    public TrainingFindings? Training { get; init; }

    /// <summary>Evaluation on ciphertexts beside plaintext; null where none was run.</summary>
    public EncryptedEvaluation? Evaluation { get; init; }

    /// <summary>What the training took or, where nothing was trained, the evaluation; null on clear slots.</summary>
    public EncryptedRunResult? Run { get; init; }

    /// <summary>Where the run's parts are; null on clear slots.</summary>
    public EncryptedRunFiles? Files { get; init; }

    /// <summary>Seconds of each stage.</summary>
    public IReadOnlyList<NamedSeconds> Stages { get; init; } = [];

    /// <summary>The command line that repeats it.</summary>
    public required string Command { get; init; }

    /// <summary>Seed of the pretraining and its loss on held-out text; null where the model was not made by this run.</summary>
    public (long Seed, double? HeldOutLoss)? Pretraining { get; init; }
}

/// <summary>What a training found.</summary>
/// <param name="Draw">Start, batches, hyperparameters.</param>
/// <param name="Weights">Adapters and head after it.</param>
/// <param name="Losses">Of each step.</param>
/// <param name="Plaintext">The same draw in float64 with the exact functions.</param>
/// <param name="ClearLosses">Of each step on clear slots, without noise; null where they were not run.</param>
/// <param name="NoisyLosses">With the noise that ciphertexts are estimated to have, [run][step].</param>
/// <param name="Scores">On the evaluation split; null where there is none.</param>
internal sealed record TrainingFindings(
    FineTuningDraw Draw, TrainedWeights Weights, IReadOnlyList<double> Losses, DrawRunOutcome Plaintext, IReadOnlyList<double>? ClearLosses,
    IReadOnlyList<double[]> NoisyLosses, ScoreComparison? Scores);
