using System.Diagnostics;

namespace Crammed.EndToEnd;

/// <summary>The programs as they are built, run as processes of their own.</summary>
internal static class Installation
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    /// <summary>Folder of the shipped configuration.</summary>
    public static string Configs { get; } = FindConfigs();

    /// <summary>Runs a program that lies beside the tests and waits for its end.</summary>
    public static (int ExitCode, string Output, string Errors) Run(string program, string folder, params string[] arguments) =>
        Finish(Start(program, folder, arguments));

    /// <summary>Runs a program that can write no more than so many bytes to a file, rounded down to KiB.</summary>
    public static (int ExitCode, string Output, string Errors) RunWithFileLimit(
        long bytes, string program, string folder, params string[] arguments)
    {
        // The limit's signal would end the process; ignored, it leaves an error of the write. The runtime's own double mapping of code is
        // a large file in memory, for which the limit counts too.
        var start = new ProcessStartInfo("bash") { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        var script = $"trap '' XFSZ; ulimit -f {bytes / 1024}; exec dotnet \"$@\"";
        foreach (var argument in (string[])["-c", script, "bash", Path.Combine(AppContext.BaseDirectory, program), .. arguments])
            start.ArgumentList.Add(argument);
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        return Finish(Process.Start(start)!);
    }

    /// <summary>Waits until a file is there and was written later than at a given time.</summary>
    /// <returns>Whether that came before the process's end.</returns>
    public static bool WaitForFile(Process process, string file, DateTime before = default)
    {
        var clock = Stopwatch.StartNew();
        while (!File.Exists(file) || File.GetLastWriteTimeUtc(file) == before)
        {
            Assert.That(clock.Elapsed, Is.LessThan(Patience), "the process does not get on");
            if (process.WaitForExit(5))
                return false;
        }
        return true;
    }

    /// <summary>Sends what Ctrl-C sends, and waits for the end.</summary>
    public static void Interrupt(Process process)
    {
        using (var kill = Process.Start("sh", ["-c", $"kill -INT {process.Id}"]))
            kill.WaitForExit();
        Assert.That(process.WaitForExit(Patience), "the process does not end");
    }

    private static (int ExitCode, string Output, string Errors) Finish(Process started)
    {
        using var process = started;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Result);
    }

    /// <summary>Starts a program.</summary>
    public static Process Start(string program, string folder, params string[] arguments) =>
        Process.Start(StartInfo(program, folder, arguments))!;

    /// <summary>What starts a program, its output and errors redirected.</summary>
    public static ProcessStartInfo StartInfo(string program, string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, program));
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        return start;
    }

    private static string FindConfigs()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Crammed.sln")))
            folder = folder.Parent ?? throw new DirectoryNotFoundException("Crammed.sln is in no folder above the tests.");
        return Path.Combine(folder.FullName, "configs");
    }
}
