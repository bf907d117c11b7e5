using System.ComponentModel.DataAnnotations;

namespace Crammed.Bert;

/// <summary>How ranges are taken.</summary>
public sealed record CalibrationSettings
{
    /// <summary>Padded inputs made from the text.</summary>
    [Range(2, 1_000_000)]
    public int Examples { get; init; } = 1024;

    /// <summary>
    /// Part of the inputs that join several texts up to a random length. Without row normalisation a longer input makes larger
    /// values, and a task's inputs may be longer than the pretraining text's documents.
    /// </summary>
    [Range(0.0, 1.0)]
    public double JoinedFraction { get; init; } = 0.25;

    /// <summary>Stored as the recommended factor to widen ranges by.</summary>
    [Range(1.0, 1000.0)]
    public double Margin { get; init; } = 1.5;

    public long Seed { get; init; } = 1;

    /// <summary>Classes of the task to come, 0 for regression; null = as in the model's configuration.</summary>
    public int? Classes { get; init; }

    /// <summary>Width p of the head to come; null = as in the model's configuration.</summary>
    public int? HeadProjection { get; init; }

    /// <summary>Width m of the head to come; null = as in the model's configuration.</summary>
    public int? HeadHidden { get; init; }

    /// <summary>Hyperparameters of the mock fine-tuning.</summary>
    public FineTuningSettings FineTuning { get; init; } = new();

    internal BertConfiguration Apply(BertConfiguration configuration) => configuration with
    {
        Classes = Classes ?? configuration.Classes,
        HeadProjection = HeadProjection ?? configuration.HeadProjection,
        HeadHidden = HeadHidden ?? configuration.HeadHidden,
    };

    internal void Validate()
    {
        SettingsRange.Check(this);
        SettingsRange.Check(FineTuning);
    }
}
