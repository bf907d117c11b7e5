namespace Crammed.Cli.Reports;

/// <summary>Everything that a report of an encrypted fine-tuning run says; nothing in the report comes from elsewhere.</summary>
internal sealed record DemoReport
{
    /// <summary>The task, the model, the training.</summary>
    public required RunFacts Run { get; init; }

    /// <summary>Parameters and policies of the encryption.</summary>
    public required EncryptionFacts Encryption { get; init; }

    /// <summary>The processes and their keys.</summary>
    public required IReadOnlyList<KeyHolding> KeyHoldings { get; init; }

    /// <summary>What was encrypted and what was not.</summary>
    public required IReadOnlyList<ProtectedItem> Items { get; init; }

    /// <summary>The loss of every step, at least one.</summary>
    public required IReadOnlyList<LossStep> Losses { get; init; }

    /// <summary>Trained tensors of the encrypted run beside the plaintext run's.</summary>
    public required IReadOnlyList<TensorDifference> Adapters { get; init; }

    /// <summary>Scores on the evaluation split.</summary>
    public required ScoreComparison Scores { get; init; }

    /// <summary>Evaluation on ciphertexts; null where none was run.</summary>
    public required EncryptedEvaluation? EncryptedEvaluation { get; init; }

    /// <summary>Wall-clock seconds of each layer in one training step.</summary>
    public required IReadOnlyList<NamedSeconds> Layers { get; init; }

    /// <summary>Kinds of operations in one training step.</summary>
    public required IReadOnlyList<OperationCost> Operations { get; init; }

    /// <summary>Sizes of keys, container, traffic.</summary>
    public required IReadOnlyList<NamedBytes> Sizes { get; init; }

    /// <summary>The largest memory of each process.</summary>
    public required IReadOnlyList<NamedBytes> PeakMemory { get; init; }

    /// <summary>Wall-clock seconds of each stage of the run.</summary>
    public required IReadOnlyList<NamedSeconds> Stages { get; init; }

    /// <summary>How to run it again.</summary>
    public required ReproductionFacts Reproduction { get; init; }
}
