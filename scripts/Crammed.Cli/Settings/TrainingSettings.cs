using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Crammed.Cli.Configuration;

namespace Crammed.Cli.Settings;

/// <summary>The group <c>train</c>: pretraining by masked language modelling.</summary>
public sealed record TrainingSettings : ICheckedSettings
{
    [Description("seconds after which pretraining ends; null: only steps count"), Range(0.0, double.MaxValue, MinimumIsExclusive = true)]
    public required double? BudgetSeconds { get; init; }

    [Description("optimizer steps after which pretraining ends; null: only seconds count"), Range(1, int.MaxValue)]
    public required int? Steps { get; init; }

    [Description("sequences in a step"), Range(1, 65536)]
    public required int Batch { get; init; }

    [Description("peak learning rate of AdamW"), Range(0.0, 10.0, MinimumIsExclusive = true)]
    public required double LearningRate { get; init; }

    [Description("AdamW's decay rates of the first and second moment"), Range(0.0, 1.0, MaximumIsExclusive = true)]
    public required IReadOnlyList<double> Betas { get; init; }

    [Description("AdamW's epsilon"), Range(0.0, 1.0, MinimumIsExclusive = true)]
    public required double Epsilon { get; init; }

    [Description("decoupled weight decay, on all but norms and biases"), Range(0.0, 1.0)]
    public required double WeightDecay { get; init; }

    [Description("largest norm of the gradient"), Range(0.0, double.MaxValue, MinimumIsExclusive = true)]
    public required double ClipNorm { get; init; }

    [Description("share of the tokens to predict"), Range(0.0, 1.0, MinimumIsExclusive = true, MaximumIsExclusive = true)]
    public required double MaskedFraction { get; init; }

    [Description("coefficient of the penalty on ranges of non-polynomial inputs; 0 for none"), Range(0.0, double.MaxValue)]
    public required double RangePenalty { get; init; }

    [Description("tokens of the WordPiece vocabulary trained on the text"), Range(64, 1048576)]
    public required int VocabularySize { get; init; }

    [Description("seed of initial weights, order and masks"), Range(0.0, double.MaxValue)]
    public required long Seed { get; init; }

    /// <inheritdoc/>
    public IEnumerable<SettingsProblem> Check()
    {
        if (BudgetSeconds is null && Steps is null)
            yield return new(nameof(Steps), "and train.budget_seconds are both null; give one of them");
        if (Betas.Count != 2)
            yield return new(nameof(Betas), $"has {Betas.Count} values; it must have two");
    }
}
