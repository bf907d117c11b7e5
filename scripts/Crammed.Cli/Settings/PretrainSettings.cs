using System.ComponentModel;

namespace Crammed.Cli.Settings;

/// <summary>What <c>crammed pretrain</c> reads: cfg_pretrain.yaml.</summary>
public sealed record PretrainSettings
{
    [Description("name of the run; its files go to outputs/NAME")]
    public required string Name { get; init; }

    [Description("model")]
    public required ArchitectureSettings Arch { get; init; }

    [Description("pretraining")]
    public required TrainingSettings Train { get; init; }

    [Description("text and tasks")]
    public required DataSettings Data { get; init; }

    [Description("use of the machine")]
    public required ImplementationSettings Impl { get; init; }
}
