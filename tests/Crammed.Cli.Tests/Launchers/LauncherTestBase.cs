using System.Diagnostics;

namespace Crammed.Cli.Tests.Launchers;

/// <summary>
/// A small repository with the real launcher scripts and, in front of PATH, a folder of stand-ins for the programs that they call.
/// </summary>
internal abstract class LauncherTestBase
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(60);

    protected TemporaryFolder Folder { get; private set; } = null!;

    [SetUp]
    public void CreateRepository()
    {
        Folder = new TemporaryFolder();
        foreach (var script in new[] { "scripts/setup", "scripts/crammed", "scripts/test" })
            WriteProgram("repository/" + script, File.ReadAllText(Repository.PathOf(script)));
        // Every package is installed, and the SDK is there.
        Program("dpkg-query", "printf 'installed:wordnet-base '");
        Program("apt-get", "echo \"apt-get $*\" >>\"$LOG\"; exit 1");
        Program("sudo", "exit 1");
    }

    [TearDown]
    public void RemoveRepository() => Folder.Dispose();

    /// <summary>What the stand-ins wrote down.</summary>
    protected string Log => File.Exists(Folder.Combine("log")) ? File.ReadAllText(Folder.Combine("log")) : "";

    protected void Program(string name, string body) => WriteProgram("bin/" + name, $"#!/bin/bash\n{body}\n");

    /// <summary>A stand-in for dotnet: says that SDK 10 is there, otherwise runs the body.</summary>
    protected void Dotnet(string body) => Program(
        "dotnet", $"if [ \"$1\" = --list-sdks ]; then echo '10.0.100 [/x]'; exit 0; fi\necho \"dotnet $*\" >>\"$LOG\"\n{body}");

    protected Process Start(string script, params string[] arguments)
    {
        var start = new ProcessStartInfo(Folder.Combine("repository/" + script), arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        start.Environment["PATH"] = $"{Folder.Combine("bin")}:/usr/bin:/bin";
        start.Environment["LOG"] = Folder.Combine("log");
        start.Environment.Remove("CRAMMED_SIMD");
        start.Environment.Remove("CRAMMED_SETUP");
        return Process.Start(start)!;
    }

    protected static async Task<LauncherResult> FinishAsync(Process process)
    {
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(TimeLimit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
        return new LauncherResult(process.ExitCode, await output, await error);
    }

    protected async Task<LauncherResult> RunAsync(string script, params string[] arguments)
    {
        using var process = Start(script, arguments);
        return await FinishAsync(process);
    }

    /// <summary>Writes a script that can be run.</summary>
    private void WriteProgram(string relative, string script) => File.SetUnixFileMode(
        Folder.Write(relative, script), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
}
