using Crammed.Cli.Progress;
using Crammed.Cli.Stages;

namespace Crammed.Cli.Commands;

/// <summary>Shows the progress of a stage, one piece of work after another.</summary>
/// <param name="start">Starts to show a piece of work: title, total, unit (<c>RunContext.StartProgress</c>).</param>
internal sealed class StageDisplay(Func<string, long, string, ProgressReporter> start) : IProgress<StageProgress>, IDisposable
{
    private ProgressReporter? _reporter;
    private string? _title;

    /// <inheritdoc/>
    public void Report(StageProgress value)
    {
        if (value.Title != _title)
        {
            _reporter?.Dispose();
            _reporter = start(value.Title, value.Total, value.Unit);
            _title = value.Title;
        }
        _reporter!.Report(value.Done, value.Detail, value.Left);
    }

    /// <inheritdoc/>
    public void Dispose() => _reporter?.Dispose();
}
