using System.ComponentModel;
using Crammed.Cli.Settings;

namespace Crammed.Cli.Commands.Refresh;

/// <summary>What <c>crammed refresh</c> reads: cfg_refresh.yaml.</summary>
public sealed record RefreshSettings
{
    [Description("folder of the keys (secret.key is read from it)")]
    public required string Keys { get; init; }

    [Description("encrypted container that the run trains on; it names the parameter set")]
    public required string Container { get; init; }

    [Description("path of the Unix socket to listen on")]
    public required string Socket { get; init; }

    [Description("use of the machine")]
    public required ImplementationSettings Impl { get; init; }
}
