using System.Diagnostics;

namespace Crammed.EndToEnd;

/// <summary>The programs as they are built, run as processes of their own.</summary>
internal static class Installation
{
    /// <summary>Folder of the shipped configuration.</summary>
    public static string Configs { get; } = FindConfigs();

    /// <summary>Runs a program that lies beside the tests and waits for its end.</summary>
    public static (int ExitCode, string Output, string Errors) Run(string program, string folder, params string[] arguments)
    {
        using var process = Start(program, folder, arguments);
        var errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Result);
    }

    /// <summary>Starts a program.</summary>
    public static Process Start(string program, string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, program));
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }

    private static string FindConfigs()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Crammed.sln")))
            folder = folder.Parent ?? throw new DirectoryNotFoundException("Crammed.sln is in no folder above the tests.");
        return Path.Combine(folder.FullName, "configs");
    }
}
