using Crammed.Cli.Progress;
using Crammed.Files;

namespace Crammed.Cli.Tests.Progress;

internal sealed class WorkInBytesTests
{
    /// <summary>One key of four after six seconds, but three quarters of the bytes: two seconds are left, not eighteen.</summary>
    [Test]
    public void Time_left_is_told_by_bytes_which_are_shown_as_such()
    {
        var time = new ManualTime();
        var lines = new StringWriter { NewLine = "\n" };
        using (var display = new ProgressDisplay(live: null, lines, time))
        {
            display.Report(new WorkProgress("keys", 0, 4096, "bytes"));
            time.Advance(12);
            display.Report(new WorkProgress("keys", 3072, 4096, "bytes", "1 of 4 keys"));
            time.Advance(4);
            display.Report(new WorkProgress("keys", 4096, 4096, "bytes", "4 of 4 keys"));
        }
        Assert.That(lines.ToString(), Is.EqualTo(
            "keys: 3.00 KiB/4.00 KiB, 256 B/s, 0:12 elapsed, 0:04 left, 1 of 4 keys\n"
            + "keys: 4.00 KiB/4.00 KiB, 256 B/s, 0:16 elapsed, 4 of 4 keys\n"));
    }
}
