using Crammed.Ckks;
using Crammed.Cli.Commands;
using Crammed.Cli.Stages;

namespace Crammed.Cli.Tests.Progress;

internal sealed class KeyDisplayTests
{
    /// <summary>One key of four after six seconds, but three quarters of the bytes: two seconds are left, not eighteen.</summary>
    [Test]
    public void Time_left_is_told_by_bytes()
    {
        var time = new ManualTime();
        var reports = new List<StageProgress>();
        var display = new KeyDisplay(time, new RelayedProgress<StageProgress>(reports.Add));
        time.Advance(6);
        display.Report(new KeyProgress(1, 4, 768, 1024));
        time.Advance(2);
        display.Report(new KeyProgress(4, 4, 1024, 1024));
        Assert.That(reports, Is.EqualTo(new[]
        {
            new StageProgress("keys", 1, 4, "keys", "768 B of 1.00 KiB", TimeSpan.FromSeconds(2)),
            new StageProgress("keys", 4, 4, "keys", "1.00 KiB of 1.00 KiB", TimeSpan.Zero),
        }));
    }
}
