namespace Crammed.Bert;

/// <summary>
/// Hyperparameters of fine-tuning in plaintext from token ids. The defaults are those of Rho et al. (arXiv 2410.02486, table 11 and
/// section 5) where one value serves all tasks.
/// </summary>
public sealed record TaskTrainingSettings
{
    /// <summary>Passes over the training examples, 1 to 1000; each ends with an evaluation.</summary>
    public int Epochs { get; init; } = 5;

    /// <summary>Optimizer steps, whatever that makes in epochs; null: <see cref="Epochs"/> decides.</summary>
    public int? Steps { get; init; }

    /// <summary>Examples of a step; the last of an epoch takes what is left.</summary>
    public int BatchSize { get; init; } = 16;

    /// <summary>Learning rate of the first step; it follows half a cosine to zero.</summary>
    public required double LearningRate { get; init; }

    /// <summary>The optimizer's epsilon.</summary>
    public required double Epsilon { get; init; }

    /// <summary>AdamW-HE (inside the root) or AdamW (outside).</summary>
    public EpsilonPlacement EpsilonPlacement { get; init; } = EpsilonPlacement.InsideRoot;

    /// <summary>Whether AdamW-HE's inverse root is the published polynomial, as on ciphertexts; epsilon must be inside.</summary>
    public bool UsesPolynomialRoot { get; init; }

    /// <summary>Decay rate of the first moment.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Decay rate of the second moment.</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>Decoupled weight decay, of matrices only: norms and biases do not decay.</summary>
    public double WeightDecay { get; init; } = 0.01;

    /// <summary>
    /// Computes only the tokens that some example of a batch has. Exact but for rounding: padding weighs nothing as a key, and as a query
    /// nothing reads it. Off: every example has the full sequence length, as under encryption.
    /// </summary>
    public bool TrimPadding { get; init; } = true;

    /// <summary>Fixes adapters, head, order and dropout.</summary>
    public long Seed { get; init; }

    /// <summary>Steps in all for so many training examples.</summary>
    public int TotalSteps(int examples) => Steps ?? checked(Epochs * StepsPerEpoch(examples));

    internal int StepsPerEpoch(int examples) => (examples + BatchSize - 1) / BatchSize;

    /// <summary>The values in the form that files of adapters and heads carry.</summary>
    internal FineTuningSettings ToFineTuningSettings(int examples) => new()
    {
        Steps = TotalSteps(examples),
        BatchSize = BatchSize,
        LearningRate = LearningRate,
        Beta1 = Beta1,
        Beta2 = Beta2,
        Epsilon = Epsilon,
        WeightDecay = WeightDecay,
        CosineSchedule = true,
    };
}
