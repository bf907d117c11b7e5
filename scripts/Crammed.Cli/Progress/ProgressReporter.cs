using System.Globalization;
using Crammed.Cli.Reports;
using Crammed.Files;
using Spectre.Console;

namespace Crammed.Cli.Progress;

/// <summary>
/// Shows how far a piece of work is: a live bar where somebody watches, otherwise a plain line every ten seconds and one at the end.
/// Safe to report to from any thread.
/// </summary>
internal sealed class ProgressReporter : IDisposable
{
    private static readonly TimeSpan PlainInterval = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly TextWriter _plain;
    private readonly ProgressEstimate _estimate;
    private readonly LiveBar? _bar;
    private WorkProgress _state;
    private TimeSpan _nextLine = PlainInterval;
    private bool _isDisposed;

    /// <summary>Starts to show a piece of work.</summary>
    /// <param name="live">Where to draw the bar; null for plain lines.</param>
    /// <param name="plain">Where plain lines go.</param>
    /// <param name="time">The clock.</param>
    /// <param name="start">Its first report.</param>
    public ProgressReporter(IAnsiConsole? live, TextWriter plain, TimeProvider time, WorkProgress start)
    {
        _plain = plain;
        _state = start;
        _estimate = new ProgressEstimate(time, start.Total, start.Done);
        _bar = live is null ? null : LiveBar.Start(live, start.Title, start.Total, Status);
    }

    /// <summary>Takes a report; without a detail the last one stays.</summary>
    public void Report(WorkProgress state)
    {
        lock (_lock)
        {
            _estimate.Report(state.Done);
            _state = state with { Detail = state.Detail ?? _state.Detail };
            if (_bar is not null)
            {
                _bar.Set(_estimate.Done);
            }
            else if (_estimate.Elapsed >= _nextLine)
            {
                _nextLine = _estimate.Elapsed + PlainInterval;
                WriteLine();
            }
        }
    }

    /// <summary>Ends the display; what stays is the last state.</summary>
    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        if (_bar is not null)
            _bar.Dispose();
        else
            WriteLine();
    }

    private void WriteLine() => _plain.WriteLine($"{_state.Title}: {Status()}");

    /// <summary>"120/400 steps, 3.1 steps/s, 0:39 elapsed, 1:30 left, loss 5.43".</summary>
    private string Status()
    {
        lock (_lock)
        {
            var parts = new List<string> { CountText(_estimate.Done, _estimate.Total) };
            if (_estimate.Rate is { } rate && _state.Unit != "seconds")
                parts.Add(RateText(rate));
            parts.Add($"{DurationText.Format(_estimate.Elapsed)} elapsed");
            if (_estimate.Done < _estimate.Total && _estimate.Left is { } left)
                parts.Add($"{DurationText.Format(left)} left");
            if (_state.Detail is not null)
                parts.Add(_state.Detail);
            return string.Join(", ", parts);
        }
    }

    private string CountText(long done, long total) => _state.Unit == "bytes"
        ? $"{NumberText.Bytes(done)}/{NumberText.Bytes(total)}"
        : $"{NumberText.Count(done)}/{NumberText.Count(total)} {_state.Unit}";

    /// <summary>Slow work reads better as time a unit than as units a second.</summary>
    private string RateText(double rate) => (_state.Unit, rate) switch
    {
        ("bytes", _) => $"{NumberText.Bytes((long)rate)}/s",
        (_, >= 100) => $"{NumberText.Count(rate)} {_state.Unit}/s",
        (_, >= 1) => string.Create(CultureInfo.InvariantCulture, $"{rate:G3} {_state.Unit}/s"),
        _ => $"{DurationOf(1 / rate)} each",
    };

    private static string DurationOf(double seconds) =>
        seconds < 100 ? string.Create(CultureInfo.InvariantCulture, $"{seconds:G3} s") : $"{NumberText.Count(seconds)} s";
}

/// <summary>Durations as people write them: 0:39, 1:02:03, 2 d 03:00.</summary>
internal static class DurationText
{
    public static string Format(TimeSpan duration)
    {
        var whole = TimeSpan.FromSeconds(Math.Round(duration.TotalSeconds));
        var format = whole.TotalHours < 1 ? @"m\:ss" : whole.TotalDays < 1 ? @"h\:mm\:ss" : @"d\ \d\ hh\:mm";
        return whole.ToString(format, CultureInfo.InvariantCulture);
    }
}
