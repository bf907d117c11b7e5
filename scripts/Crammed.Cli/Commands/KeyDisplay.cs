using Crammed.Ckks;
using Crammed.Cli.Reports;
using Crammed.Cli.Stages;

namespace Crammed.Cli.Commands;

/// <summary>
/// Shows how many keys are made. The largest come first, so the time left is told by their bytes, to which the time of each is
/// proportional.
/// </summary>
/// <param name="time">The clock; the work begins now.</param>
/// <param name="display">Where it is shown.</param>
internal sealed class KeyDisplay(TimeProvider time, IProgress<StageProgress> display) : IProgress<KeyProgress>
{
    private readonly long _start = time.GetTimestamp();

    /// <inheritdoc/>
    public void Report(KeyProgress value)
    {
        var left = time.GetElapsedTime(_start) * ((double)(value.TotalBytes - value.DoneBytes) / value.DoneBytes);
        string detail = $"{NumberText.Bytes(value.DoneBytes)} of {NumberText.Bytes(value.TotalBytes)}";
        display.Report(new StageProgress("keys", value.Done, value.Total, "keys", detail, left));
    }
}
