using System.Globalization;
using Spectre.Console;

namespace Crammed.Cli.Progress;

/// <summary>
/// Shows how far a piece of work is: a live bar where somebody watches, otherwise a plain line every ten seconds and one at the end.
/// Safe to report to from any thread.
/// </summary>
internal sealed class ProgressReporter : IDisposable
{
    private static readonly TimeSpan plainInterval = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly TextWriter _plain;
    private readonly TimeProvider _time;
    private readonly string _title;
    private readonly string _unit;
    private readonly ProgressEstimate _estimate;
    private readonly LiveBar? _bar;
    private string? _detail;
    private TimeSpan? _left;
    private TimeSpan _nextLine = plainInterval;
    private bool _isDisposed;

    private ProgressReporter(IAnsiConsole? live, TextWriter plain, TimeProvider time, string title, long total, string unit)
    {
        _plain = plain;
        _time = time;
        _title = title;
        _unit = unit;
        _estimate = new ProgressEstimate(time, total);
        _bar = live is null ? null : LiveBar.Start(live, title, total, Status);
    }

    /// <summary>Starts to show progress.</summary>
    /// <param name="live">Where to draw the bar; null for plain lines.</param>
    /// <param name="plain">Where plain lines go.</param>
    /// <param name="time">The clock.</param>
    /// <param name="title">What is being done.</param>
    /// <param name="total">How many units there are.</param>
    /// <param name="unit">The unit in the plural: "steps".</param>
    public static ProgressReporter Start(IAnsiConsole? live, TextWriter plain, TimeProvider time, string title, long total, string unit) =>
        new(live, plain, time, title, total, unit);

    /// <summary>Takes a report.</summary>
    /// <param name="done">Units done so far.</param>
    /// <param name="detail">More to show, such as "loss 5.43".</param>
    /// <param name="left">Time left, where the work knows it better than the rate tells.</param>
    public void Report(long done, string? detail = null, TimeSpan? left = null)
    {
        lock (_lock)
        {
            _estimate.Report(done);
            _detail = detail ?? _detail;
            _left = left;
            if (_bar is not null)
            {
                _bar.Set(_estimate.Done);
            }
            else if (_estimate.Elapsed >= _nextLine)
            {
                _nextLine = _estimate.Elapsed + plainInterval;
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

    private void WriteLine() => _plain.WriteLine($"{_title}: {Status()}");

    /// <summary>"120/400 steps, 3.1 steps/s, 0:39 elapsed, 1:30 left, loss 5.43".</summary>
    private string Status()
    {
        lock (_lock)
        {
            string count = string.Create(CultureInfo.InvariantCulture, $"{_estimate.Done:N0}/{_estimate.Total:N0} {_unit}");
            var parts = new List<string> { count };
            if (_estimate.Rate is { } rate)
                parts.Add(RateText(rate));
            parts.Add($"{DurationText.Format(_estimate.Elapsed)} elapsed");
            if (_estimate.Done < _estimate.Total && (_left ?? _estimate.Left) is { } left)
                parts.Add($"{DurationText.Format(left)} left");
            if (_detail is not null)
                parts.Add(_detail);
            return string.Join(", ", parts);
        }
    }

    /// <summary>Slow work reads better as time a unit than as units a second.</summary>
    private string RateText(double rate) => rate >= 1
        ? string.Create(CultureInfo.InvariantCulture, $"{rate:G3} {_unit}/s")
        : string.Create(CultureInfo.InvariantCulture, $"{1 / rate:G3} s each");
}
