using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Crammed.Cli.Settings;

/// <summary>What <c>crammed pretrain</c> reads: cfg_pretrain.yaml.</summary>
public sealed record PretrainCommandSettings
{
    [Description("name of the run; its files go to outputs/NAME")]
    public required string Name { get; init; }

    [Description("run to continue: its folder or one of its checkpoints; null: a new run")]
    public required string? Resume { get; init; }

    [Description("minutes between checkpoints; the last two are kept"), Range(0.0, 1e5, MinimumIsExclusive = true)]
    public required double CheckpointMinutes { get; init; }

    [Description("model")]
    public required ArchGroupSettings Arch { get; init; }

    [Description("pretraining")]
    public required PretrainGroupSettings Train { get; init; }

    [Description("text and tasks")]
    public required DataSettings Data { get; init; }

    [Description("use of the machine")]
    public required ImplementationSettings Impl { get; init; }
}
