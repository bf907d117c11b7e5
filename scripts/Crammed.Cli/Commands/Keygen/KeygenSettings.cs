using System.ComponentModel;

namespace Crammed.Cli.Commands.Keygen;

/// <summary>What <c>crammed keygen</c> reads: cfg_keygen.yaml.</summary>
public sealed record KeygenSettings
{
    [Description("name of the run; its files go to outputs/NAME")]
    public required string Name { get; init; }

    [Description("folder of a plan (crammed plan): what its programs compute decides which keys are made")]
    public required string Plan { get; init; }
}
