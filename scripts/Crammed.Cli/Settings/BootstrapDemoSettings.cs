using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Crammed.Cli.Settings;

/// <summary>What <c>crammed demo he.refresh=bootstrap</c> does otherwise: bootstraps are dear, so it trains fewer steps.</summary>
public sealed record BootstrapDemoSettings
{
    [Description("name of the CKKS parameter set, in place of he.parameters")]
    public required string Parameters { get; init; }

    [Description("steps, in place of eval.finetune.steps"), Range(1, 100_000)]
    public required int Steps { get; init; }

    [Description("examples in a step, in place of eval.finetune.batch"), Range(1, 65536)]
    public required int Batch { get; init; }

    [Description("clear runs with noise, in place of noise_runs"), Range(2, 1000)]
    public required int NoiseRuns { get; init; }
}
