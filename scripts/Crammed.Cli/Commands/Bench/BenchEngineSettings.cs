using System.ComponentModel;

namespace Crammed.Cli.Commands.Bench;

/// <summary>What <c>crammed bench engine</c> reads: cfg_bench-engine.yaml.</summary>
public sealed record BenchEngineSettings
{
    [Description("name of the run; its files go to outputs/NAME")]
    public required string Name { get; init; }
}
