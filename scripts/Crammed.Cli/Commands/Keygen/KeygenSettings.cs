using System.ComponentModel;
using Crammed.Cli.Configuration;
using Crammed.Cli.Settings;

namespace Crammed.Cli.Commands.Keygen;

/// <summary>What <c>crammed keygen</c> reads: cfg_keygen.yaml.</summary>
[ReadWith("he.memory")]
public sealed record KeygenSettings
{
    [Description("name of the run; its files go to outputs/NAME")]
    public required string Name { get; init; }

    [Description("folder of a calibrated checkpoint: what it computes decides which rotation keys are needed")]
    public required string Model { get; init; }

    [Description("fine-tuning draw (draw.safetensors)")]
    public required string Draw { get; init; }

    [Description("encryption")]
    public required EncryptionSettings He { get; init; }

    [Description("use of the machine")]
    public required ImplementationSettings Impl { get; init; }
}
