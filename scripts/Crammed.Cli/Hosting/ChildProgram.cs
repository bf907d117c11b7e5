using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Crammed.Cli.Configuration;

namespace Crammed.Cli.Hosting;

/// <summary>Another program of this installation, run as a process of its own.</summary>
internal sealed partial class ChildProgram : IDisposable
{
    private const int Interrupt = 2, Terminate = 15;

    /// <summary>128 + SIGKILL.</summary>
    private const int Killed = 137;

    private const string ErrorPrefix = "error: ";
    private readonly Process _process;
    private readonly Task _errors;
    private readonly List<string> _errorLines = [];

    private ChildProgram(Process process)
    {
        _process = process;
        _errors = Task.Run(async () =>
        {
            while (await process.StandardError.ReadLineAsync().ConfigureAwait(false) is { } line)
                _errorLines.Add(line);
        });
    }

    /// <summary>The refresh party and every other command.</summary>
    public const string Crammed = "crammed.dll";

    /// <summary>The training program.</summary>
    public const string Trainer = "crammed-train.dll";

    /// <summary>Starts a program that lies beside this one.</summary>
    /// <param name="program">Its assembly.</param>
    /// <param name="arguments">The words of its command line.</param>
    /// <param name="returnsFreedMemory">Whether its freed memory is to go back to the system at once; by default glibc keeps some.</param>
    /// <param name="currentDirectory">Where it runs; null: where this one does.</param>
    public static ChildProgram Start(
        string program, IEnumerable<string> arguments, bool returnsFreedMemory = true, string? currentDirectory = null)
    {
        var start = new ProcessStartInfo
        {
            FileName = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath! : "dotnet",
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = currentDirectory ?? "",
            UseShellExecute = false,
        };
        // glibc: memory of freed ciphertexts goes back to the system at once instead of staying behind in fragments.
        if (returnsFreedMemory)
            start.Environment.TryAdd("MALLOC_MMAP_THRESHOLD_", "131072");
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, program));
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} could not be started.");
        // Its standard input stays open as long as this program lives: that is how it learns of this one's end.
        return new ChildProgram(process);
    }

    /// <summary>The next line that it prints; null at its end.</summary>
    public ValueTask<string?> ReadLineAsync(CancellationToken cancellation) => _process.StandardOutput.ReadLineAsync(cancellation);

    /// <summary>Peak resident memory so far, bytes.</summary>
    public long PeakMemoryBytes
    {
        get
        {
            var line = File.ReadLines($"/proc/{_process.Id}/status").FirstOrDefault(text => text.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0 : 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        }
    }

    /// <summary>Asks it to finish what it is at and end.</summary>
    public void RequestStop() => Signal(Interrupt);

    /// <summary>Ends a service.</summary>
    public void RequestEnd() => Signal(Terminate);

    /// <summary>Waits for its end and returns its exit code and what it printed on standard error.</summary>
    public async Task<(int ExitCode, string Errors)> WaitAsync()
    {
        await _process.WaitForExitAsync().ConfigureAwait(false);
        await _errors.ConfigureAwait(false);
        return (_process.ExitCode, string.Join('\n', _errorLines));
    }

    /// <summary>The exception for a program that ended with an exit code other than 0.</summary>
    /// <param name="subject">What failed, for people.</param>
    /// <param name="exitCode">Its exit code.</param>
    /// <param name="errors">What it printed on standard error.</param>
    public static Exception Failure(string subject, int exitCode, string errors)
    {
        var reason = errors.StartsWith(ErrorPrefix, StringComparison.Ordinal) ? errors[ErrorPrefix.Length..] : errors;
        if (exitCode == ExitCode.BadInput)
            return new ConfigurationException(reason);
        var hint = exitCode == Killed ? " (killed, perhaps since memory ran out)" : "";
        return new InvalidOperationException($"{subject} ended with exit code {exitCode}{hint}: {reason}");
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private void Signal(int signal)
    {
        if (!_process.HasExited)
            _ = Kill(_process.Id, signal);
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int process, int signal);
}
