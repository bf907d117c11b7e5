using System.ComponentModel;
using Crammed.Cli.Hosting;
using Crammed.Files;

namespace Crammed.Cli.Commands.Configuration;

/// <summary><c>crammed configuration</c>: the page of everything that can be set.</summary>
/// <param name="commands">The program's commands.</param>
internal sealed class ConfigurationCommand(Func<IReadOnlyList<CommandDefinition>> commands) : ICommandHandler<ConfigurationCommandSettings>
{
    /// <inheritdoc/>
    public async Task<int> RunAsync(RunContext<ConfigurationCommandSettings> context, CancellationToken cancellationToken)
    {
        var page = new ConfigurationPage(context.Configurations, commands()).ToMarkdown();
        if (context.ResolveOptional(context.Settings.File) is { } file)
            AtomicFile.WriteText(file, page);
        else
            await context.Output.WriteAsync(page);
        return ExitCode.Success;
    }
}

/// <summary>What <c>crammed configuration</c> reads: cfg_configuration.yaml.</summary>
public sealed record ConfigurationCommandSettings
{
    [Description("file for the page (Markdown), replaced if it exists; null: standard output")]
    public required string? File { get; init; }
}
