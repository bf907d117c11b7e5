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
    public override void Check(ConfigurationFolder folder, IReadOnlyList<string> overrides) => Load(folder, overrides);

    /// <inheritdoc/>
    public override async Task<int> RunAsync(RunRequest request, CancellationToken cancellationToken)
    {
        var configurations = Load(request.Folder, request.Overrides);
        if (request.PrintsConfiguration)
        {
            await request.Environment.Output.WriteAsync(string.Join("---\n", configurations.Select(each => each.ToYaml())));
            return ExitCode.Success;
        }
        var context = new RunContext<TSettings>(request, configurations);
        var exitCode = await CreateHandler().RunAsync(context, cancellationToken);
        if (exitCode == ExitCode.Success)
            context.WriteResults();
        return exitCode;
    }

    private List<LoadedConfiguration<TSettings>> Load(ConfigurationFolder folder, IReadOnlyList<string> overrides) =>
        [.. ConfigurationSweep.Expand(folder, SweptGroup, overrides)
            .Select(each => ConfigurationLoader.Load<TSettings>(folder, ConfigurationRoot, each))];
}
