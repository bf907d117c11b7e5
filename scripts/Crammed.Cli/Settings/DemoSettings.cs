using System.ComponentModel;
using Crammed.Cli.Configuration;

namespace Crammed.Cli.Settings;

/// <summary>What <c>crammed demo</c> reads: cfg_demo.yaml, with every group.</summary>
[ReadWith("he.memory")]
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

    [Description("use of the machine")]
    public required ImplementationSettings Impl { get; init; }

    /// <inheritdoc/>
    public IEnumerable<SettingsProblem> Check()
    {
        if (Eval.Tasks.IsGlue && Data.Glue is null)
            yield return new(nameof(Data), $"has no glue folder, which the task {Eval.Tasks.Name} needs; give data.glue=DIR");
    }
}
