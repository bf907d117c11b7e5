using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Crammed.Cli.Configuration;
using Crammed.Model;

namespace Crammed.Cli.Settings;

/// <summary>What <c>crammed demo</c> reads: cfg_demo.yaml, with every group.</summary>
[ReadWith("bootstrap", "he.refresh=bootstrap")]
[ReadWith("he.parameters", "he.refresh=client")]
[ReadWith("eval.finetune.steps", "he.refresh=client")]
[ReadWith("eval.finetune.batch", "he.refresh=client")]
[ReadWith("noise_runs", "he.refresh=client")]
public sealed record DemoSettings : ICheckedSettings
{
    [Description("name of the run; its files go to outputs/NAME")]
    public required string Name { get; init; }

    [Description("model")]
    public required ArchGroupSettings Arch { get; init; }

    [Description("pretraining")]
    public required PretrainGroupSettings Train { get; init; }

    [Description("text and tasks")]
    public required DataSettings Data { get; init; }

    [Description("fine-tuning and evaluation")]
    public required EvalGroupSettings Eval { get; init; }

    [Description("encryption")]
    public required EncryptionSettings He { get; init; }

    [Description("how the programs are planned")]
    public required PlanningSettings Planning { get; init; }

    [Description("clear runs with the noise that ciphertexts are estimated to have: their spread bounds the encrypted losses"), Range(2, 1000)]
    public required int NoiseRuns { get; init; }

    [Description("what he.refresh=bootstrap does otherwise")]
    public required BootstrapDemoSettings Bootstrap { get; init; }

    [Description("use of the machine")]
    public required ImplementationSettings Impl { get; init; }

    /// <inheritdoc/>
    public IEnumerable<SettingsProblem> Check()
    {
        if (Eval.Tasks.IsGlue && Data.Glue is null)
            yield return new(nameof(Data), $"has no glue folder, which the task {Eval.Tasks.Name} needs; give data.glue=DIR");
    }

    private bool Bootstraps => He.Refresh == RefreshPolicy.Bootstrap;

    /// <summary>Parameter set, refresh and memory.</summary>
    internal EncryptionSettings Encryption => Bootstraps ? He with { Parameters = Bootstrap.Parameters } : He;

    /// <summary>Hyperparameters of the fine-tuning.</summary>
    internal FineTuningSettings FineTuning => Bootstraps
        ? Eval.Finetune.ToFineTuningSettings() with { Steps = Bootstrap.Steps, BatchSize = Bootstrap.Batch }
        : Eval.Finetune.ToFineTuningSettings();

    /// <summary>Clear runs with noise.</summary>
    internal int RunsWithNoise => Bootstraps ? Bootstrap.NoiseRuns : NoiseRuns;
}
