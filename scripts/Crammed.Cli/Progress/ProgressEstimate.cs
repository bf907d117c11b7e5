namespace Crammed.Cli.Progress;

/// <summary>
/// Rate and time left of a piece of work, from reports of how much is done. The rate is that of the last
/// <see cref="Window"/>, so that a slow start does not spoil the estimate.
/// </summary>
internal sealed class ProgressEstimate
{
    /// <summary>The stretch of time that the rate is measured over.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromSeconds(30);

    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly Queue<(TimeSpan At, long Done)> _samples = new();

    /// <param name="time">The clock.</param>
    /// <param name="total">Units in all.</param>
    /// <param name="done">Units that are done before the first report and tell nothing of the rate.</param>
    public ProgressEstimate(TimeProvider time, long total, long done = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(total);
        _time = time;
        _start = time.GetTimestamp();
        Total = total;
        Done = done;
        _samples.Enqueue((TimeSpan.Zero, done));
    }

    /// <summary>Units in all.</summary>
    public long Total { get; }

    /// <summary>Units done.</summary>
    public long Done { get; private set; }

    /// <summary>Time since the start.</summary>
    public TimeSpan Elapsed => _time.GetElapsedTime(_start);

    /// <summary>Units a second; null until some are done.</summary>
    public double? Rate
    {
        get
        {
            var (at, done) = _samples.Peek();
            var seconds = (_last - at).TotalSeconds;
            return Done > done && seconds > 0 ? (Done - done) / seconds : null;
        }
    }

    /// <summary>Time until all is done at this rate; null while the rate is unknown.</summary>
    public TimeSpan? Left => Rate is { } rate && (Total - Done) / rate is var seconds && seconds < TimeSpan.MaxValue.TotalSeconds
        ? TimeSpan.FromSeconds(seconds)
        : null;

    private TimeSpan _last;

    /// <summary>Takes a report; <paramref name="done"/> never falls and never passes <see cref="Total"/>.</summary>
    public void Report(long done)
    {
        Done = Math.Clamp(done, Done, Math.Max(Total, Done));
        _last = Elapsed;
        _samples.Enqueue((_last, Done));
        // At least one sample of the past stays, however old, to measure against.
        while (_samples.Count > 2 && _last - _samples.ElementAt(1).At >= Window)
            _samples.Dequeue();
    }
}
