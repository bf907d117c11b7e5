using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Crammed.Cli.Configuration;
using Crammed.Model;

namespace Crammed.Cli.Settings;

/// <summary>The keys <c>eval.finetune</c>: LoRA fine-tuning with AdamW-HE by a draw, in plaintext and under encryption alike.</summary>
public sealed record DrawGroupSettings : FineTuningSettings, ICheckedSettings
{
    [Description("use at most so many training examples; null: all"), Range(1, int.MaxValue)]
    public required int? TrainLimit { get; init; }

    [Description("seed of adapters, head, order and dropout"), Range(0.0, double.MaxValue)]
    public required long Seed { get; init; }

    /// <inheritdoc/>
    public IEnumerable<SettingsProblem> Check()
    {
        if (TrainLimit < BatchSize)
            yield return new(nameof(TrainLimit), $"is {TrainLimit}; it must be at least the batch ({BatchSize})");
    }

    /// <summary>The hyperparameters of a draw.</summary>
    public FineTuningSettings ToFineTuningSettings() => Plain();
}
