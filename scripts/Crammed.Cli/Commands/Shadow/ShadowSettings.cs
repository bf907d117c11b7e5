using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Crammed.Cli.Settings;

namespace Crammed.Cli.Commands.Shadow;

/// <summary>What <c>crammed shadow</c> reads: cfg_shadow.yaml.</summary>
public sealed record ShadowSettings
{
    [Description("name of the run; its files go to outputs/NAME")]
    public required string Name { get; init; }

    [Description("folder of the plan (crammed plan)")]
    public required string Plan { get; init; }

    [Description("folder of the keys (crammed keygen); private/secret.key is read from it")]
    public required string Keys { get; init; }

    [Description("folder of the encrypted task (crammed convert)")]
    public required string Container { get; init; }

    [Description("step to execute, from 0; those before it are made on clear slots"), Range(0, int.MaxValue)]
    public required int Step { get; init; }

    [Description("use of the machine")]
    public required ImplementationSettings Impl { get; init; }
}
