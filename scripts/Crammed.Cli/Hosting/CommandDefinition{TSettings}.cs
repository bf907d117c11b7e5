using Crammed.Cli.Configuration;

namespace Crammed.Cli.Hosting;

/// <summary>A command whose settings are of a type.</summary>
/// <typeparam name="TSettings">The settings record that the configuration's root is bound to.</typeparam>
internal sealed class CommandDefinition<TSettings> : CommandDefinition
    where TSettings : class
{
    /// <summary>Makes the handler.</summary>
    public required Func<ICommandHandler<TSettings>> CreateHandler { get; init; }

    /// <inheritdoc/>
    public override Type SettingsType => typeof(TSettings);

    /// <inheritdoc/>
    public override async Task<int> RunAsync(RunRequest request, CancellationToken cancellationToken)
    {
        var configurations = ConfigurationSweep.Expand(request.Folder, SweptGroup, request.Overrides)
            .Select(overrides => ConfigurationLoader.Load<TSettings>(request.Folder, ConfigurationRoot, overrides))
            .ToList();
        if (request.PrintsConfiguration)
        {
            await request.Environment.Output.WriteAsync(string.Join("---\n", configurations.Select(each => each.ToYaml())));
            return ExitCode.Success;
        }
        var context = new RunContext<TSettings>(request, configurations);
        return await CreateHandler().RunAsync(context, cancellationToken);
    }
}
