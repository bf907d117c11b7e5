using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Crammed.Benchmarks.Bootstrapping;
using Crammed.Cli.Configuration;

namespace Crammed.Cli.Commands.Bench;

/// <summary>What <c>crammed bench bootstrap-one</c> reads: cfg_bench-bootstrap-one.yaml.</summary>
public sealed record BenchBootstrapOneSettings : BootstrapRunSettings
{
    [Description("CKKS parameter set with bootstrapping")]
    public required string Parameters { get; init; }

    [Description("period of the slots, a power of two; 0 for all slots")]
    [Range(0, 65536)]
    public required int Slots { get; init; }

    [Description("file for the measurement (JSON)")]
    public required string Result { get; init; }

    /// <summary>What to measure.</summary>
    public BootstrapConfiguration Configuration() => new(Parameters, Slots, Messages, Repetitions, Threads, Batch, Range, Iterations, Storage);

    /// <summary>The words on the command line that ask for a configuration.</summary>
    public static IReadOnlyList<string> Overrides(BootstrapConfiguration configuration, string result) =>
    [
        $"parameters={configuration.ParameterSet}",
        Number("slots", configuration.Slots),
        $"messages=[{string.Join(',', configuration.Messages.Select(kind => SettingsTypes.ChoiceOf(kind)))}]",
        Number("repetitions", configuration.Repetitions),
        Number("threads", configuration.Threads),
        Number("batch", configuration.Batch),
        Number("range", configuration.Range),
        Number("iterations", configuration.Iterations),
        $"storage={SettingsTypes.ChoiceOf(configuration.Storage)}",
        $"result='{result.Replace("'", "''", StringComparison.Ordinal)}'",
    ];

    private static string Number(string key, double value) => $"{key}={value.ToString("R", CultureInfo.InvariantCulture)}";
}
