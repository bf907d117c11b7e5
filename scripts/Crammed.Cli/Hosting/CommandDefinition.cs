using Crammed.Cli.Configuration;

namespace Crammed.Cli.Hosting;

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
