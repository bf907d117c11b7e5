using System.Runtime.InteropServices;

namespace Crammed.Trainer;

/// <summary>
/// Whether someone asked a program to end: by SIGINT or SIGTERM, or, where it is attached, by the end of its standard input. That is how
/// a child learns that its parent is gone, whatever became of it: the parent keeps the other end of a pipe open as long as it lives. (A
/// signal at the parent's death, Linux's PR_SET_PDEATHSIG, would come at the end of the thread that started the child.)
/// </summary>
public sealed class StopRequest : IDisposable
{
    private readonly PosixSignalRegistration[] _signals;
    private volatile string? _reason;

    /// <param name="watchesInput">whether the end of the standard input ends the program</param>
    public StopRequest(bool watchesInput)
    {
        PosixSignal[] ending = [PosixSignal.SIGINT, PosixSignal.SIGTERM];
        _signals = [.. ending.Select(kind => PosixSignalRegistration.Create(kind, Interrupt))];
        if (watchesInput)
            new Thread(Watch) { IsBackground = true, Name = "end of standard input" }.Start();
    }

    public bool IsRequested => _reason is not null;

    /// <summary>In a word or two.</summary>
    public string Reason => _reason ?? "";

    public void Dispose()
    {
        foreach (var signal in _signals)
            signal.Dispose();
    }

    private void Interrupt(PosixSignalContext signal)
    {
        signal.Cancel = true;
        _reason ??= "interrupted";
    }

    private void Watch()
    {
        var buffer = new byte[256];
        using var input = Console.OpenStandardInput();
        try
        {
            while (input.Read(buffer) > 0)
                continue;
        }
        catch (IOException)
        {
            // A broken pipe is an end as well.
        }
        _reason ??= "the program that started this one is gone";
    }
}
