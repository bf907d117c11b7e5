using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Crammed.Cli.Configuration;
using Crammed.Model;

namespace Crammed.Cli.Settings;

/// <summary>The keys <c>eval.finetune</c>: LoRA fine-tuning with AdamW-HE, in plaintext and under encryption alike.</summary>
public sealed record FineTuneSettings : ICheckedSettings
{
    [Description("optimizer steps"), Range(1, 1000000)]
    public required int Steps { get; init; }

    [Description("examples in a step"), Range(1, 65536)]
    public required int Batch { get; init; }

    [Description("peak learning rate; follows a cosine to zero"), Range(0.0, 10.0, MinimumIsExclusive = true)]
    public required double LearningRate { get; init; }

    [Description("epsilon, inside the root"), Range(0.0, 10.0, MinimumIsExclusive = true)]
    public required double Epsilon { get; init; }

    [Description("decay rates of the first and second moment"), Range(0.0, 1.0, MaximumIsExclusive = true)]
    public required IReadOnlyList<double> Betas { get; init; }

    [Description("decoupled weight decay"), Range(0.0, 1.0)]
    public required double WeightDecay { get; init; }

    [Description("rank of the adapters"), Range(1, 256)]
    public required int Rank { get; init; }

    [Description("adapters are scaled by alpha / rank"), Range(0.0, 1024.0, MinimumIsExclusive = true)]
    public required double Alpha { get; init; }

    [Description("share of adapter activations dropped"), Range(0.0, 1.0, MaximumIsExclusive = true)]
    public required double Dropout { get; init; }

    [Description("use at most so many training examples; null: all"), Range(1, int.MaxValue)]
    public required int? TrainLimit { get; init; }

    [Description("seed of adapters, head, order and dropout"), Range(0.0, double.MaxValue)]
    public required long Seed { get; init; }

    /// <inheritdoc/>
    public IEnumerable<SettingsProblem> Check()
    {
        if (Betas.Count != 2)
            yield return new(nameof(Betas), $"has {Betas.Count} values; it must have two");
        if (TrainLimit < Batch)
            yield return new(nameof(TrainLimit), $"is {TrainLimit}; it must be at least the batch ({Batch})");
    }

    /// <summary>The hyperparameters of a fine-tuning draw.</summary>
    public FineTuningSettings ToFineTuningSettings() => new()
    {
        Steps = Steps,
        BatchSize = Batch,
        LearningRate = LearningRate,
        Beta1 = Betas[0],
        Beta2 = Betas[1],
        Epsilon = Epsilon,
        WeightDecay = WeightDecay,
        Rank = Rank,
        Alpha = Alpha,
        AdapterDropout = Dropout,
        CosineSchedule = true,
    };
}
