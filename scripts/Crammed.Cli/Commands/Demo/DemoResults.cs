using Crammed.Ckks;
using Crammed.Cli.Encryption;
using Crammed.Cli.Stages;
using Crammed.Converter;
using Crammed.Model;

namespace Crammed.Cli.Commands.Demo;

/// <summary>Everything that a demo run found; the report is made from it.</summary>
internal sealed record DemoResults
{
    public required PretrainOutcome Pretraining { get; init; }

    public required ExportOutcome Export { get; init; }

    public required FineTuningDraw Draw { get; init; }

    public required CkksParameters Parameters { get; init; }

    public required Circuit Circuit { get; init; }

    public required KeySummary Keys { get; init; }

    public required ContainerSummary Container { get; init; }

    public required EncryptedTrainingOutcome Encrypted { get; init; }

    public required EncryptedEvaluationOutcome EncryptedEvaluation { get; init; }

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
