using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Crammed.Bert;
using Crammed.Cli.Configuration;

namespace Crammed.Cli.Settings;

/// <summary>The group <c>train</c>: pretraining by masked language modelling.</summary>
public sealed record TrainingSettings : ICheckedSettings
{
    [Description("budget in hours of training; null: another budget counts"), Range(0.0, 1e5, MinimumIsExclusive = true)]
    public required double? BudgetHours { get; init; }

    [Description("budget in seconds of training; null: another budget counts")]
    [Range(0.0, 1e8, MinimumIsExclusive = true, MaximumIsExclusive = true)]
    public required double? BudgetSeconds { get; init; }

    [Description("budget in steps; null: another budget counts"), Range(1, int.MaxValue)]
    public required int? Steps { get; init; }

    [Description("budget in tokens, padding not counted; null: another budget counts"), Range(1.0, 1e18)]
    public required long? Tokens { get; init; }

    [Description("packed sequences in a step, in micro-batches of at most impl.microbatch_size"), Range(1, 65536)]
    public required int Batch { get; init; }

    [Description("share of the budget over which a step grows linearly from one micro-batch to train.batch"), Range(0.0, 1.0)]
    public required double BatchRamp { get; init; }

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

    [Description("share of the budget between two held-out losses"), Range(0.0, 1.0, MinimumIsExclusive = true)]
    public required double HeldOutInterval { get; init; }

    [Description("penalties that keep the inputs of non-polynomial functions in narrow ranges")]
    public required PenaltySettings Penalty { get; init; }

    [Description("tokens of the WordPiece vocabulary trained on the text"), Range(64, 1048576)]
    public required int VocabularySize { get; init; }

    [Description("seed of initial weights, order and masks"), Range(0.0, double.MaxValue)]
    public required long Seed { get; init; }

    /// <inheritdoc/>
    public IEnumerable<SettingsProblem> Check()
    {
        (string Name, object? Value)[] budgets =
            [("steps", Steps), ("tokens", Tokens), ("budget_seconds", BudgetSeconds), ("budget_hours", BudgetHours)];
        var given = budgets.Where(budget => budget.Value is not null).ToList();
        if (given.Count == 0)
            yield return new(nameof(Steps), "and train.tokens, train.budget_seconds and train.budget_hours are all null; give one of them");
        if (given.Count > 1)
        {
            var (first, second) = (given[0], given[1]);
            string name = first.Name == "steps" ? nameof(Steps) : first.Name == "tokens" ? nameof(Tokens) : nameof(BudgetSeconds);
            yield return new(name, FormattableString.Invariant(
                $"is {first.Value} and train.{second.Name} is {second.Value}; set one of them to null"));
        }
        if (Betas.Count != 2)
            yield return new(nameof(Betas), $"has {Betas.Count} values; it must have two");
    }

    /// <summary>The pretrainer's settings.</summary>
    /// <param name="implementation">Group impl: the size of micro-batches and the type of products.</param>
    public PretrainingSettings ToPretrainingSettings(ImplementationSettings implementation) => new()
    {
        BudgetSeconds = BudgetSeconds ?? (BudgetHours * 3600),
        BudgetSteps = Steps,
        BudgetTokens = Tokens,
        BatchRamp = BatchRamp,
        HeldOutInterval = HeldOutInterval,
        MicroBatchSize = implementation.MicrobatchSize,
        Precision = implementation.Precision,
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
