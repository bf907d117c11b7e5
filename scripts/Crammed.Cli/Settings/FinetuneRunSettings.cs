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

    [Description("execute: on ciphertexts (container and keys count); null: in plaintext")]
    public required FheMode? Fhe { get; init; }

    [Description("folder of an encrypted container (crammed convert), read with fhe=execute")]
    public required string Container { get; init; }

    [Description("folder of the keys (crammed keygen), read with fhe=execute")]
    public required string Keys { get; init; }

    [Description("fine-tuning")]
    public required EvaluationSettings Eval { get; init; }

    [Description("use of the machine")]
    public required ImplementationSettings Impl { get; init; }

    /// <inheritdoc/>
    public IEnumerable<SettingsProblem> Check()
    {
        foreach (var problem in ExportedExamplesRule.Check(nameof(Eval), Eval).Concat(ExecutionRule.Check(nameof(Fhe), Fhe)))
            yield return problem;
        if (Fhe is not null && Plan is null)
            yield return new(nameof(Plan), "is null; fhe=execute needs the plan that the container was made from");
        if (Fhe is not null && Mode != FineTuningMode.Adapters)
            yield return new(nameof(Mode), $"is {SettingsTypes.ChoiceOf(Mode)}; fhe=execute trains adapters and head");
    }
}
