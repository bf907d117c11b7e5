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
        var configuration = ConfigurationLoader.Load<TSettings>(request.Folder, ConfigurationRoot, request.Overrides);
        if (request.PrintsConfiguration)
        {
            await request.Environment.Output.WriteAsync(configuration.ToYaml());
            return ExitCode.Success;
        }
        var context = new RunContext<TSettings>(request, configuration);
        return await CreateHandler().RunAsync(context, cancellationToken);
    }
}
