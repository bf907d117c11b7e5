using Crammed.Cli.Encryption;
using Crammed.Cli.Stages;
using Crammed.Encrypted.Containers;
using Crammed.Model;

namespace Crammed.Cli.Commands.Demo;

/// <summary>Everything that a demo run found; the report is made from it.</summary>
internal sealed record DemoResults
{
    public required PretrainOutcome Pretraining { get; init; }

    public required ExportOutcome Export { get; init; }

    public required FineTuningDraw Draw { get; init; }

    public required PlanFolder Plan { get; init; }

    /// <summary>Evaluation keys on disk.</summary>
    public required long KeyBytes { get; init; }

    /// <summary>The encrypted container on disk.</summary>
    public required long ContainerBytes { get; init; }

    public required EncryptedTrainingOutcome Encrypted { get; init; }

    /// <summary>Logits on ciphertexts; null where no examples were encrypted for it.</summary>
    public required EncryptedEvaluationOutcome? EncryptedEvaluation { get; init; }

    /// <summary>The same draw in float64 with the exact functions.</summary>
    public required DrawRunOutcome Plaintext { get; init; }

    /// <summary>Loss of each step on clear slots, with polynomials and no noise.</summary>
    public required double[] ClearLosses { get; init; }

    /// <summary>Losses on clear slots with the noise that ciphertexts are estimated to have, [run][step].</summary>
    public required double[][] NoisyLosses { get; init; }

    /// <summary>Dev scores with the draw's initial adapters and head.</summary>
    public required EvaluateOutcome Before { get; init; }

    /// <summary>Dev scores with the decrypted adapters and head.</summary>
    public required EvaluateOutcome AfterEncrypted { get; init; }

    /// <summary>Dev scores with the plaintext run's adapters and head.</summary>
    public required EvaluateOutcome AfterPlaintext { get; init; }

    /// <summary>Wall seconds of each stage, in order.</summary>
    public required IReadOnlyList<(string Stage, double Seconds)> StageSeconds { get; init; }
}
