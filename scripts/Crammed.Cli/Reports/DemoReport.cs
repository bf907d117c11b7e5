using Crammed.Cli.Settings;

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

    /// <summary>A step as the plan predicted it.</summary>
    public required StepCost Predicted { get; init; }

    /// <summary>A step as it was measured.</summary>
    public required StepCost Measured { get; init; }

    /// <summary>Wall-clock seconds of each part of the model in one training step.</summary>
    public required IReadOnlyList<NamedSeconds> Parts { get; init; }

    /// <summary>Kinds of instructions in one training step.</summary>
    public required IReadOnlyList<InstructionTime> Instructions { get; init; }

    /// <summary>Sizes of keys, container, traffic.</summary>
    public required IReadOnlyList<NamedBytes> Sizes { get; init; }

    /// <summary>The largest memory of each process.</summary>
    public required IReadOnlyList<NamedBytes> PeakMemory { get; init; }

    /// <summary>Wall-clock seconds of each stage of the run.</summary>
    public required IReadOnlyList<NamedSeconds> Stages { get; init; }

    /// <summary>How to run it again.</summary>
    public required ReproductionFacts Reproduction { get; init; }
}

/// <summary>A process and the keys that it holds.</summary>
/// <param name="Process">For example "key holder" or "server".</param>
/// <param name="Holds">Keys and clear data that it has.</param>
/// <param name="DoesNotHold">Keys and clear data that it never has.</param>
internal sealed record KeyHolding(string Process, string Holds, string DoesNotHold);

/// <summary>The size of something.</summary>
internal sealed record NamedBytes(string Name, long Bytes);

/// <summary>Wall-clock seconds of something.</summary>
internal sealed record NamedSeconds(string Name, double Seconds);

/// <summary>One kind of instruction in a training step, on average.</summary>
/// <param name="Kind">For example "Rotate".</param>
/// <param name="Count">Instructions a step.</param>
/// <param name="Seconds">Wall-clock seconds a step.</param>
internal sealed record InstructionTime(string Kind, int Count, double Seconds);

/// <summary>Something that the run worked with.</summary>
/// <param name="Item">For example "token embeddings of the training examples".</param>
/// <param name="IsEncrypted">Whether the server saw it as ciphertexts alone.</param>
/// <param name="Where">Where it was encrypted, kept, or used in the clear.</param>
internal sealed record ProtectedItem(string Item, bool IsEncrypted, string Where);

/// <summary>How to run it again.</summary>
/// <param name="Command">The command line.</param>
/// <param name="PretrainingSeed">Seed of pretraining.</param>
/// <param name="FineTuningSeed">Seed of the draw.</param>
/// <param name="Version">The source's version; null where it is not known.</param>
/// <param name="Machine">Where it ran.</param>
internal sealed record ReproductionFacts(string Command, long PretrainingSeed, long FineTuningSeed, string? Version, MachineFacts Machine);

/// <summary>Parameters and policies of the encryption.</summary>
/// <param name="ParameterSet">Name of the set.</param>
/// <param name="LogDegree">log2 of the ring degree N.</param>
/// <param name="LogModulus">log2 of QP, the modulus of the evaluation keys.</param>
/// <param name="SecurityBits">Classical security by the table of SecurityTable; null: insecure.</param>
/// <param name="Refresh">What restores a ciphertext that is out of levels.</param>
/// <param name="ReleasedBits">Decrypted results leave the key holder rounded to multiples of 2^-ReleasedBits.</param>
internal sealed record EncryptionFacts(
    string ParameterSet, int LogDegree, double LogModulus, int? SecurityBits, RefreshPolicy Refresh, int ReleasedBits)
{
    /// <summary>
    /// The largest error of a loss that is computed from rounded logits: each is off by half a unit, and the absolute derivatives of cross
    /// entropy by the logits, |p - y|, add up to 2 at most.
    /// </summary>
    public double RoundingError => 2 * Math.Pow(2, -ReleasedBits - 1);
}
