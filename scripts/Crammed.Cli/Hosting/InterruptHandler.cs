using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Crammed.Cli.Hosting;

/// <summary>
/// Ctrl-C and SIGTERM: the first asks the command to stop through its cancellation token, the second is not caught, so that the
/// operating system ends the process.
/// </summary>
internal sealed class InterruptHandler : IDisposable
{
    private static readonly TimeSpan Echo = TimeSpan.FromMilliseconds(300);

    private readonly CancellationTokenSource _source = new();
    private readonly TextWriter _notices;
    private readonly List<PosixSignalRegistration> _registrations = [];
    private int _firstSignal;
    private long _lastSignal;

    public InterruptHandler(TextWriter notices) => _notices = notices;

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>The exit code that tells a shell which signal it was; 0 before any.</summary>
    public int ExitCode => _firstSignal;

    /// <summary>Listens to the process's signals.</summary>
    public void Listen()
    {
        Register(PosixSignal.SIGINT, Hosting.ExitCode.Interrupted);
        Register(PosixSignal.SIGTERM, Hosting.ExitCode.Terminated);
    }

    /// <summary>Takes a signal; returns false where the operating system is to end the process.</summary>
    public bool OnSignal(int exitCode)
    {
        if (Interlocked.CompareExchange(ref _firstSignal, exitCode, 0) != 0)
            return false;
        _notices.WriteLine("stopping after this step; press Ctrl-C again to stop at once and lose it");
        _source.Cancel();
        return true;
    }

    private void Register(PosixSignal signal, int exitCode) => _registrations.Add(PosixSignalRegistration.Create(signal, context =>
    {
        // A program that another one started gets a terminal's Ctrl-C and, a moment later, its parent's signal: that is one wish.
        var before = Interlocked.Exchange(ref _lastSignal, Stopwatch.GetTimestamp());
        context.Cancel = (before != 0 && Stopwatch.GetElapsedTime(before) < Echo) || OnSignal(exitCode);
    }));

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        _source.Dispose();
    }
}
