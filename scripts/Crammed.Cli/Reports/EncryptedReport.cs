using Crammed.Cli.Settings;

namespace Crammed.Cli.Reports;

/// <summary>
/// Everything that a report of a fine-tuning or an evaluation by a plan's programs says; nothing in the report comes from elsewhere. Of what a
/// run did not do the entry is null or empty, and its section is left out.
/// </summary>
internal sealed record EncryptedReport
{
    /// <summary>The task, the model, the training.</summary>
    public required RunFacts Run { get; init; }

    /// <summary>Parameters and policies of the encryption.</summary>
    public required EncryptionFacts Encryption { get; init; }

    /// <summary>The processes and their keys; none where nothing was encrypted.</summary>
    public IReadOnlyList<KeyHolding> KeyHoldings { get; init; } = [];

    /// <summary>What was encrypted and what was not; none where nothing was.</summary>
    public IReadOnlyList<ProtectedItem> Items { get; init; } = [];

    /// <summary>The loss of every step; none where nothing was trained.</summary>
    public IReadOnlyList<LossStep> Losses { get; init; } = [];

    /// <summary>Trained tensors of the run beside the plaintext run's.</summary>
    public IReadOnlyList<TensorDifference> Adapters { get; init; } = [];

    /// <summary>Scores on the evaluation split by weights; null where there is none.</summary>
    public ScoreComparison? Scores { get; init; }

    /// <summary>Evaluation on ciphertexts; null where none was run.</summary>
    public EncryptedEvaluation? Evaluation { get; init; }

    /// <summary>What a step or a batch took; null on clear slots.</summary>
    public RunCost? Cost { get; init; }

    /// <summary>Levels through the program that was run.</summary>
    public required LevelLedger Levels { get; init; }

    /// <summary>Wall-clock seconds of each stage of the run; none where it was a single one.</summary>
    public IReadOnlyList<NamedSeconds> Stages { get; init; } = [];

    /// <summary>How to run it again.</summary>
    public required ReproductionFacts Reproduction { get; init; }
}

/// <summary>What a run on ciphertexts took.</summary>
/// <param name="Unit">What is counted: "training step" or "batch".</param>
/// <param name="Predicted">One of them as the plan predicted it.</param>
/// <param name="Measured">One as it was measured.</param>
/// <param name="Parts">Seconds of each part of the model, the longest first.</param>
/// <param name="Instructions">Kinds of instructions.</param>
/// <param name="Sizes">Of keys, container, traffic.</param>
/// <param name="PeakMemory">The largest memory of each process.</param>
internal sealed record RunCost(
    string Unit, StepCost Predicted, StepCost Measured, IReadOnlyList<PartTime> Parts, IReadOnlyList<InstructionTime> Instructions,
    IReadOnlyList<NamedBytes> Sizes, IReadOnlyList<NamedBytes> PeakMemory);

/// <summary>A process and the keys that it holds.</summary>
/// <param name="Process">For example "key holder" or "server".</param>
/// <param name="Holds">Keys and clear data that it has.</param>
/// <param name="DoesNotHold">Keys and clear data that it never has.</param>
internal sealed record KeyHolding(string Process, string Holds, string DoesNotHold);

/// <summary>The size of something.</summary>
internal sealed record NamedBytes(string Name, long Bytes);

/// <summary>Wall-clock seconds of something.</summary>
internal sealed record NamedSeconds(string Name, double Seconds);

/// <summary>Wall-clock seconds of a part of the model in one step or batch.</summary>
/// <param name="Name">For example "layer 0, backward".</param>
/// <param name="Predicted">By the cost table that comes with the program.</param>
/// <param name="Measured">On average.</param>
internal sealed record PartTime(string Name, double Predicted, double Measured);

/// <summary>One kind of instruction in a step or batch, on average.</summary>
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
/// <param name="PretrainingSeed">Seed of pretraining; null where the model was not made by this run.</param>
/// <param name="FineTuningSeed">Seed of the draw; null where nothing was drawn.</param>
/// <param name="Version">The source's version; null where it is not known.</param>
/// <param name="Machine">Where it ran.</param>
internal sealed record ReproductionFacts(string Command, long? PretrainingSeed, long? FineTuningSeed, string? Version, MachineFacts Machine);

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
    /// <summary>What the programs ran on.</summary>
    public FheMode Mode { get; init; } = FheMode.Execute;

    /// <summary>The run in a word, for columns and legends.</summary>
    public string RunName => Mode switch
    {
        FheMode.Execute => "encrypted",
        FheMode.Simulate => "noisy slots",
        _ => "clear slots",
    };

    /// <summary>
    /// The largest error of a loss that is computed from rounded logits: each is off by half a unit, and the absolute derivatives of cross
    /// entropy by the logits, |p - y|, add up to 2 at most.
    /// </summary>
    public double RoundingError => 2 * Math.Pow(2, -ReleasedBits - 1);
}
