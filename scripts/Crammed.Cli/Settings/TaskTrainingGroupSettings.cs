using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Crammed.Bert;
using Crammed.Cli.Configuration;

namespace Crammed.Cli.Settings;

/// <summary>The group <c>finetune</c>: fine-tuning in plaintext from a task's text.</summary>
public sealed record TaskTrainingGroupSettings : ICheckedSettings
{
    [Description("passes over the training examples, with an evaluation after each"), Range(1, 1000)]
    public required int Epochs { get; init; }

    [Description("optimizer steps; null: epochs decide"), Range(1, 1000000)]
    public required int? Steps { get; init; }

    [Description("examples in a step"), Range(1, 65536)]
    public required int Batch { get; init; }

    [Description("adamw-he: epsilon inside the root; adamw-he-polynomial: by a polynomial, as on ciphertexts; adamw: epsilon outside")]
    public required OptimizerKind Optimizer { get; init; }

    [Description("learning rate of the first step; follows half a cosine to zero"), Range(0.0, 10.0, MinimumIsExclusive = true)]
    public required double LearningRate { get; init; }

    [Description("epsilon of the optimizer"), Range(0.0, 10.0, MinimumIsExclusive = true)]
    public required double Epsilon { get; init; }

    [Description("decay rates of the first and second moment"), Range(0.0, 1.0, MaximumIsExclusive = true)]
    public required IReadOnlyList<double> Betas { get; init; }

    [Description("decoupled weight decay of matrices"), Range(0.0, 1.0)]
    public required double WeightDecay { get; init; }

    [Description("adapters, with mode=lora")]
    public required LoraSettings Lora { get; init; }

    [Description("leave out tokens that are padding in a whole batch: exact but for rounding, and faster")]
    public required bool TrimPadding { get; init; }

    [Description("seed of the first run's adapters, head, order and dropout; the next runs have the next seeds"), Range(0.0, double.MaxValue)]
    public required long Seed { get; init; }

    /// <inheritdoc/>
    public IEnumerable<SettingsProblem> Check()
    {
        if (Betas.Count != 2)
            yield return new(nameof(Betas), $"has {Betas.Count} values; it must have two");
    }

    /// <summary>The hyperparameters of the library, with the first run's seed.</summary>
    public TaskTrainingSettings ToTrainingSettings() => new()
    {
        Epochs = Epochs,
        Steps = Steps,
        BatchSize = Batch,
        LearningRate = LearningRate,
        Epsilon = Epsilon,
        Optimizer = Optimizer,
        Beta1 = Betas[0],
        Beta2 = Betas[1],
        WeightDecay = WeightDecay,
        TrimPadding = TrimPadding,
        Seed = Seed,
    };
}
