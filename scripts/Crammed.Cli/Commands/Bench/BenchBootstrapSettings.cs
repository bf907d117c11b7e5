using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Crammed.Cli.Settings;

namespace Crammed.Cli.Commands.Bench;

/// <summary>What <c>crammed bench bootstrap</c> reads: cfg_bench-bootstrap.yaml.</summary>
public sealed record BenchBootstrapSettings
{
    [Description("name of the run; its files go to outputs/NAME")]
    public required string Name { get; init; }

    [Description("name of a CKKS parameter set with bootstrapping")]
    public required string Parameters { get; init; }

    [Description("period of the slots, a power of two; 0 for all slots")]
    [Range(0, 65536)]
    public required int Slots { get; init; }

    [Description("bootstraps of each kind of message")]
    [Range(1, 1000)]
    public required int Repetitions { get; init; }

    [Description("use of the machine")]
    public required ImplementationSettings Impl { get; init; }
}
