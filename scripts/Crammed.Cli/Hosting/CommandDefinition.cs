using Crammed.Cli.Configuration;

namespace Crammed.Cli.Hosting;

/// <summary>What a command does.</summary>
/// <typeparam name="TSettings">The settings that it reads, composed and bound before it starts.</typeparam>
internal interface ICommandHandler<TSettings>
    where TSettings : class
{
    /// <summary>
    /// Runs the command and returns its exit code. Bad input is an exception with one clear line (see <see cref="FailurePolicy"/>).
    /// When cancelled it finishes its step, saves, says what it kept with <see cref="RunContext{TSettings}.Keep"/>, and throws
    /// <see cref="OperationCanceledException"/>.
    /// </summary>
    Task<int> RunAsync(RunContext<TSettings> context, CancellationToken cancellationToken);
}

/// <summary>What the command line asked for, parsed.</summary>
/// <param name="Environment">The world outside.</param>
/// <param name="Folder">The configuration files.</param>
/// <param name="Overrides">The words <c>group=choice</c> and <c>a.b.c=value</c>.</param>
/// <param name="Overwrites">Whether an existing run of the same name is to be replaced.</param>
/// <param name="PrintsConfiguration">Whether to print the settings and stop.</param>
/// <param name="IsVerbose">Whether failures show their stack.</param>
/// <param name="Kept">What an interrupted run leaves behind; the run adds to it.</param>
/// <param name="Jobs">Runs of <c>--multirun</c> at the same time.</param>
internal sealed record RunRequest(
    ProgramEnvironment Environment,
    ConfigurationFolder Folder,
    IReadOnlyList<string> Overrides,
    bool Overwrites,
    bool PrintsConfiguration,
    bool IsVerbose,
    KeptFiles Kept,
    int Jobs = 1);

/// <summary>A row of the command table: what help texts and the parser need to know.</summary>
internal abstract class CommandDefinition
{
    /// <summary>The word on the command line, or two: a group of commands and the command in it.</summary>
    public required string Name { get; init; }

    /// <summary>One line for the list of commands.</summary>
    public required string Summary { get; init; }

    /// <summary>The root of its configuration, such as <c>cfg_pretrain</c>.</summary>
    public required string ConfigurationRoot { get; init; }

    /// <summary>Command lines for the help text, without <c>crammed</c>, each followed by what it does.</summary>
    public required IReadOnlyList<(string Arguments, string Meaning)> Examples { get; init; }

    /// <summary>Whether it makes an output folder and so takes <c>--overwrite</c>.</summary>
    public bool WritesOutput { get; init; } = true;

    /// <summary>The group of which several choices may be given (<c>eval/tasks=rte,sst2</c> or <c>all</c>); null: none.</summary>
    public string? SweptGroup { get; init; }

    /// <summary>Carries out <c>--multirun</c>, several runs that differ in their overrides; null: the command has no such option.</summary>
    public Func<CommandDefinition, RunRequest, CancellationToken, Task<int>>? Multirun { get; init; }

    /// <summary>Whether it is left out of help texts, since another command starts it.</summary>
    public bool IsHidden { get; init; }

    /// <summary>The settings record.</summary>
    public abstract Type SettingsType { get; }

    /// <summary>Composes and binds a run's settings, so that a wrong word is found before hours of work.</summary>
    /// <exception cref="ConfigurationException">A file or an override is wrong.</exception>
    public abstract void Check(ConfigurationFolder folder, IReadOnlyList<string> overrides);

    /// <summary>Loads the settings and runs the command, or prints the settings where the request asks for that.</summary>
    public abstract Task<int> RunAsync(RunRequest request, CancellationToken cancellationToken);
}

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
        using var context = new RunContext<TSettings>(request, configurations);
        var exitCode = await CreateHandler().RunAsync(context, cancellationToken);
        if (exitCode == ExitCode.Success)
            context.WriteResults();
        return exitCode;
    }

    private List<LoadedConfiguration<TSettings>> Load(ConfigurationFolder folder, IReadOnlyList<string> overrides) =>
        [.. ConfigurationSweep.Expand(folder, SweptGroup, overrides)
            .Select(each => ConfigurationLoader.Load<TSettings>(folder, ConfigurationRoot, each))];
}
