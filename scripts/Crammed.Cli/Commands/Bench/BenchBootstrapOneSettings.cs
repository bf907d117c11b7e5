using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Crammed.Benchmarks.Bootstrapping;
using Crammed.Ckks;
using Crammed.Cli.Configuration;

namespace Crammed.Cli.Commands.Bench;

/// <summary>What <c>crammed bench bootstrap-one</c> reads: cfg_bench-bootstrap-one.yaml.</summary>
public sealed record BenchBootstrapOneSettings
{
    [Description("CKKS parameter set with bootstrapping")]
    public required string Parameters { get; init; }

    [Description("period of the slots, a power of two; 0 for all slots")]
    [Range(0, 65536)]
    public required int Slots { get; init; }

    [Description("kinds of messages")]
    public required IReadOnlyList<BootstrapMessageKind> Messages { get; init; }

    [Description("bootstraps of each kind of message")]
    [Range(1, 1000)]
    public required int Repetitions { get; init; }

    [Description("threads of a bootstrap; 0: one for each core")]
    [Range(0, 1024)]
    public required int Threads { get; init; }

    [Description("ciphertexts of a batch, whose cost for one more is measured too; 0 for no batch")]
    [Range(0, 1024)]
    public required int Batch { get; init; }

    [Description("largest size of a real or imaginary part of a slot")]
    [Range(1.0 / (1 << 20), 1 << 20)]
    public required double Range { get; init; }

    [Description("1, or 2 to bootstrap the error of the first one too")]
    [Range(1, 2)]
    public required int Iterations { get; init; }

    [Description("how the diagonals of CoeffsToSlots are kept: transformed (faster) or coefficients (less memory)")]
    public required DiagonalStorage Storage { get; init; }

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
