using System.ComponentModel;

namespace Crammed.Cli.Commands.Configuration;

/// <summary>What <c>crammed configuration</c> reads: cfg_configuration.yaml.</summary>
public sealed record ConfigurationCommandSettings
{
    [Description("file for the page (Markdown), replaced if it exists; null: standard output")]
    public required string? File { get; init; }
}
