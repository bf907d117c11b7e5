using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Crammed.Bert;
using Crammed.Cli.Configuration;

namespace Crammed.Cli.Settings;

/// <summary>The group <c>train</c>: pretraining by masked language modelling.</summary>
public sealed record TrainingSettings : ICheckedSettings
{
    [Description("seconds of pretraining; null: steps count"), Range(0.0, 1e8, MinimumIsExclusive = true, MaximumIsExclusive = true)]
    public required double? BudgetSeconds { get; init; }

    [Description("steps of pretraining; null: seconds count"), Range(1, int.MaxValue)]
    public required int? Steps { get; init; }

    [Description("packed sequences in a step"), Range(1, 65536)]
    public required int Batch { get; init; }

    [Description("peak learning rate of AdamW"), Range(0.0, 1.0, MinimumIsExclusive = true)]
    public required double LearningRate { get; init; }

    [Description("AdamW's decay rates of the first and second moment"), Range(0.0, 1.0, MaximumIsExclusive = true)]
    public required IReadOnlyList<double> Betas { get; init; }

    [Description("AdamW's epsilon"), Range(0.0, 1.0, MinimumIsExclusive = true)]
    public required double Epsilon { get; init; }

    [Description("decoupled weight decay, on all but norms and biases"), Range(0.0, 1.0)]
    public required double WeightDecay { get; init; }

    [Description("largest norm of the gradient"), Range(0.0, double.MaxValue, MinimumIsExclusive = true)]
    public required double ClipNorm { get; init; }

    [Description("share of the tokens to predict"), Range(0.0, 0.9, MinimumIsExclusive = true)]
    public required double MaskedFraction { get; init; }

    [Description("single padded documents in a step besides the sequences, as in fine-tuning"), Range(0, 65536)]
    public required int DocumentBatch { get; init; }

    [Description("weight of predicting tokens from the first token's state alone"), Range(0.0, 100.0)]
    public required double FirstTokenWeight { get; init; }

    [Description("share of the documents kept for the held-out loss"), Range(0.0, 0.5, MinimumIsExclusive = true)]
    public required double HeldOutFraction { get; init; }

    [Description("penalties that keep the inputs of non-polynomial functions in narrow ranges")]
    public required PenaltySettings Penalty { get; init; }

    [Description("tokens of the WordPiece vocabulary trained on the text"), Range(64, 1048576)]
    public required int VocabularySize { get; init; }

    [Description("seed of initial weights, order and masks"), Range(0.0, double.MaxValue)]
    public required long Seed { get; init; }

    /// <inheritdoc/>
    public IEnumerable<SettingsProblem> Check()
    {
        if (BudgetSeconds is null && Steps is null)
            yield return new(nameof(Steps), "and train.budget_seconds are both null; give one of them");
        if (BudgetSeconds is not null && Steps is not null)
            yield return new(nameof(Steps), $"is {Steps} and train.budget_seconds is {BudgetSeconds}; set one of them to null");
        if (Betas.Count != 2)
            yield return new(nameof(Betas), $"has {Betas.Count} values; it must have two");
    }

    /// <summary>The pretrainer's settings.</summary>
    public PretrainingSettings ToPretrainingSettings() => new()
    {
        BudgetSeconds = BudgetSeconds,
        BudgetSteps = Steps,
        Seed = Seed,
        BatchSize = Batch,
        LearningRate = LearningRate,
        Beta1 = Betas[0],
        Beta2 = Betas[1],
        Epsilon = Epsilon,
        WeightDecay = WeightDecay,
        GradientClip = ClipNorm,
        MaskedFraction = MaskedFraction,
        DocumentBatchSize = DocumentBatch,
        FirstTokenWeight = FirstTokenWeight,
        HeldOutFraction = HeldOutFraction,
        Penalty = Penalty.ToRangePenaltySettings(),
    };
}
