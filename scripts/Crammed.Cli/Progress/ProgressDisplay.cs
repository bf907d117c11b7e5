using Crammed.Files;
using Spectre.Console;

namespace Crammed.Cli.Progress;

/// <summary>Shows one piece of work after another.</summary>
/// <param name="live">Where to draw a bar; null for plain lines.</param>
/// <param name="plain">Where plain lines go.</param>
/// <param name="time">The clock.</param>
internal sealed class ProgressDisplay(IAnsiConsole? live, TextWriter plain, TimeProvider time) : IProgress<WorkProgress>, IDisposable
{
    private ProgressReporter? _reporter;
    private string? _title;

    /// <inheritdoc/>
    public void Report(WorkProgress value)
    {
        if (value.Title != _title)
        {
            _reporter?.Dispose();
            _reporter = new ProgressReporter(live, plain, time, value);
            _title = value.Title;
        }
        _reporter!.Report(value);
    }

    /// <inheritdoc/>
    public void Dispose() => _reporter?.Dispose();
}
