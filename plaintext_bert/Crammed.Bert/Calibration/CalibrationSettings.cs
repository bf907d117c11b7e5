namespace Crammed.Bert;

/// <summary>How ranges are taken.</summary>
public sealed record CalibrationSettings
{
    /// <summary>Padded inputs made from the text.</summary>
    public int Examples { get; init; } = 1024;

    /// <summary>
    /// Part of the inputs that join several texts up to a random length. Without row normalisation a longer input makes larger
    /// values, and a task's inputs may be longer than the pretraining text's documents.
    /// </summary>
    public double JoinedFraction { get; init; } = 0.25;

    /// <summary>Stored as the recommended factor to widen ranges by.</summary>
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
        Requirement.Check(Examples is >= 2 and <= 1_000_000, Examples, "2 to 1000000");
        Requirement.Check(JoinedFraction is >= 0 and <= 1, JoinedFraction, "0 to 1");
        Requirement.Check(Margin is >= 1 and <= 1000, Margin, "1 to 1000");
        FineTuning.Validate();
    }
}
