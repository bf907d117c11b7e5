using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Crammed.Benchmarks.Bootstrapping;
using Crammed.Ckks;

namespace Crammed.Cli.Commands.Bench;

/// <summary>What is bootstrapped how often and in which way, for one configuration or for all of them.</summary>
public abstract record BootstrapRunSettings
{
    [Description("kinds of messages")]
    public required IReadOnlyList<BootstrapMessageKind> Messages { get; init; }

    [Description("bootstraps of each kind of message, each of a new encryption")]
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
}
