using Crammed.Cli.Configuration;

namespace Crammed.Cli.Hosting;

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
