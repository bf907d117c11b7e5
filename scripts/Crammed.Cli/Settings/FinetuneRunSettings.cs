using System.ComponentModel;
using Crammed.Bert;
using Crammed.Cli.Configuration;

namespace Crammed.Cli.Settings;

/// <summary>What <c>crammed finetune</c> reads: cfg_finetune.yaml.</summary>
public sealed record FinetuneRunSettings : ICheckedSettings
{
    [Description("name of the run; its files go to outputs/NAME")]
    public required string Name { get; init; }

    [Description("folder of the model")]
    public required string Model { get; init; }

    [Description("folder of the exported task (train.parquet)")]
    public required string Export { get; init; }

    [Description("file of a plan, whose hyperparameters then count; null: draw one with those of eval")]
    public required string? Plan { get; init; }

    [Description("low-rank adapters and the head, or every weight")]
    public required FineTuningMode Mode { get; init; }

    [Description("fine-tuning")]
    public required EvaluationSettings Eval { get; init; }

    [Description("use of the machine")]
    public required ImplementationSettings Impl { get; init; }

    /// <inheritdoc/>
    public IEnumerable<SettingsProblem> Check() => ExportedExamplesRule.Check(nameof(Eval), Eval);
}
