using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Crammed.Bert;

/// <summary>
/// Hyperparameters of fine-tuning in plaintext from token ids. The defaults are those of Rho et al. (arXiv 2410.02486, table 11 and
/// section 5) where one value serves all tasks.
/// </summary>
public sealed record TaskTrainingSettings
{
    [Description("passes over the training examples, with an evaluation after each"), Range(1, 1000)]
    public int Epochs { get; init; } = 5;

    /// <summary>Optimizer steps, whatever that makes in epochs; null: <see cref="Epochs"/> decides.</summary>
    [Description("optimizer steps; null: epochs decide"), Range(1, 1_000_000)]
    public int? Steps { get; init; }

    /// <summary>Examples of a step; the last of an epoch takes what is left.</summary>
    [DisplayName("batch"), Description("examples in a step"), Range(1, 65536)]
    public int BatchSize { get; init; } = 16;

    [Description("adamw-he: epsilon inside the root; adamw-he-polynomial: by a polynomial, as on ciphertexts; adamw: epsilon outside")]
    public OptimizerKind Optimizer { get; init; }

    /// <summary>Learning rate of the first step; it follows half a cosine to zero.</summary>
    [Description("learning rate of the first step; follows half a cosine to zero"), Range(0.0, 10.0, MinimumIsExclusive = true)]
    public required double LearningRate { get; init; }

    [Description("epsilon of the optimizer"), Range(0.0, 10.0, MinimumIsExclusive = true)]
    public required double Epsilon { get; init; }

    [Browsable(false)]
    public double Beta1 { get; init; } = 0.9;

    [Browsable(false)]
    public double Beta2 { get; init; } = 0.999;

    /// <summary>The decay rates together, as files of settings have them.</summary>
    /// <exception cref="ArgumentException">There are not two.</exception>
    [Description("decay rates of the first and second moment"), Range(0.0, 1.0, MaximumIsExclusive = true)]
    public IReadOnlyList<double> Betas
    {
        get => [Beta1, Beta2];
        init => (Beta1, Beta2) = value is [var first, var second]
            ? (first, second)
            : throw new SettingFault("betas", $"has {value.Count} values; it must have two").ToException();
    }

    /// <summary>Decoupled weight decay, of matrices only: norms and biases do not decay.</summary>
    [Description("decoupled weight decay of matrices"), Range(0.0, 1.0)]
    public double WeightDecay { get; init; } = 0.01;

    /// <summary>Adapters; null: every weight is trained.</summary>
    [Description("adapters, with mode=lora")]
    public LoraConfiguration? Lora { get; init; } = new();

    /// <summary>
    /// Computes only the tokens that some example of a batch has. Exact but for rounding: padding weighs nothing as a key, and as a query
    /// nothing reads it. Off: every example has the full sequence length, as under encryption.
    /// </summary>
    [Description("leave out tokens that are padding in a whole batch: exact but for rounding, and faster")]
    public bool TrimPadding { get; init; } = true;

    [Description("seed of the first run's adapters, head, order and dropout; the next runs have the next seeds"), Range(0.0, double.MaxValue)]
    public long Seed { get; init; }

    /// <summary>Steps in all for so many training examples.</summary>
    public int TotalSteps(int examples) => Steps ?? checked(Epochs * StepsPerEpoch(examples));

    internal int StepsPerEpoch(int examples) => (examples + BatchSize - 1) / BatchSize;

    /// <summary>The values in the form that files of adapters and heads carry.</summary>
    public FineTuningSettings ToFineTuningSettings(int examples) => new()
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
