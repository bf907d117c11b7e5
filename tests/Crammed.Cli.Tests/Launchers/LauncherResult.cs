namespace Crammed.Cli.Tests.Launchers;

internal sealed record LauncherResult(int ExitCode, string Output, string Error)
{
    public string LastLine => Output.TrimEnd('\n').Split('\n')[^1];
}
