using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Crammed.Bert;
using Crammed.Cli.Configuration;

namespace Crammed.Cli.Settings;

/// <summary>The group <c>train</c>: pretraining by masked language modelling.</summary>
public sealed record PretrainGroupSettings : PretrainingSettings, ICheckedSettings
{
    [Description("budget in hours of training; null: another budget counts"), Range(0.0, 1e5, MinimumIsExclusive = true)]
    public required double? BudgetHours { get; init; }

    [Description("tokens of the WordPiece vocabulary trained on the text"), Range(64, 1048576)]
    public required int VocabularySize { get; init; }

    /// <inheritdoc/>
    public IEnumerable<SettingsProblem> Check()
    {
        (string Key, string Property, object? Value)[] budgets =
        [
            ("steps", nameof(BudgetSteps), BudgetSteps), ("tokens", nameof(BudgetTokens), BudgetTokens),
            ("budget_seconds", nameof(BudgetSeconds), BudgetSeconds), ("budget_hours", nameof(BudgetHours), BudgetHours),
        ];
        var given = budgets.Where(budget => budget.Value is not null).ToList();
        if (given.Count == 0)
            yield return new(nameof(BudgetSteps), "and train.tokens, train.budget_seconds and train.budget_hours are all null; give one of them");
        if (given is [var first, var second, ..])
        {
            yield return new(first.Property, FormattableString.Invariant(
                $"is {first.Value} and train.{second.Key} is {second.Value}; set one of them to null"));
        }
    }

    /// <summary>The pretrainer's settings.</summary>
    /// <param name="implementation">Group impl: the size of micro-batches and the type of products.</param>
    public PretrainingSettings ToPretrainingSettings(ImplementationSettings implementation) => Plain() with
    {
        BudgetSeconds = BudgetSeconds ?? (BudgetHours * 3600),
        MicroBatchSize = implementation.MicrobatchSize,
        Precision = implementation.Precision,
    };
}
