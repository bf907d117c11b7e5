using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Crammed.Converter.Tests.Running;

/// <summary>What a process came to.</summary>
internal sealed record ProcessResult(int ExitCode, string Output, string Errors);

/// <summary>The training program as a process of its own.</summary>
internal sealed partial class TrainerProcess : IDisposable
{
    public const int Interrupt = 2, Terminate = 15;

    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    private readonly Process _process;
    private readonly StringBuilder _output = new(), _errors = new();

    private TrainerProcess(ProcessStartInfo start)
    {
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Append(_output, line.Data);
        _process.ErrorDataReceived += (_, line) => Append(_errors, line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Starts it.</summary>
    public static TrainerProcess Start(params IEnumerable<string> arguments) => StartProgram("dotnet", [Assembly, .. arguments]);

    /// <summary>Starts a program that starts it.</summary>
    public static TrainerProcess StartProgram(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        return new TrainerProcess(start);
    }

    /// <summary>Runs it to its end.</summary>
    public static ProcessResult Run(params IEnumerable<string> arguments)
    {
        using var process = Start(arguments);
        return process.Wait();
    }

    /// <summary>Path of the program.</summary>
    public static string Assembly => Path.Combine(AppContext.BaseDirectory, "crammed-train.dll");

    /// <summary>SIGKILL.</summary>
    public void Kill() => _process.Kill();

    public void Signal(int signal) => Assert.That(Send(_process.Id, signal), Is.Zero);

    public void CloseInput() => _process.StandardInput.Close();

    /// <summary>Waits until a line of its output holds a text.</summary>
    public void WaitFor(string text)
    {
        var begin = Stopwatch.GetTimestamp();
        while (!Read(_output).Contains(text, StringComparison.Ordinal))
        {
            if (_process.HasExited || Stopwatch.GetElapsedTime(begin) > Longest)
                Assert.Fail($"'{text}' was not printed: {Read(_output)}{Read(_errors)}");
            Thread.Sleep(10);
        }
    }

    public ProcessResult Wait()
    {
        Assert.That(_process.WaitForExit(Longest), Is.True, () => $"it does not end: {Read(_output)}{Read(_errors)}");
        _process.WaitForExit();
        return new ProcessResult(_process.ExitCode, Read(_output), Read(_errors));
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }
        _process.Dispose();
    }

    private static void Append(StringBuilder text, string? line)
    {
        if (line is null)
            return;
        lock (text)
            text.Append(line).Append('\n');
    }

    private static string Read(StringBuilder text)
    {
        lock (text)
            return text.ToString();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Send(int process, int signal);
}
