using Crammed.Cli.Hosting;
using Crammed.Cli.Progress;
using Crammed.Files;
using Spectre.Console;

namespace Crammed.Cli.Tests.Progress;

internal sealed class ProgressTests
{
    [Test]
    public void The_estimate_follows_a_steady_rate()
    {
        var time = new ManualTime();
        var estimate = new ProgressEstimate(time, total: 100);
        Assert.That(estimate.Rate, Is.Null);
        Assert.That(estimate.Left, Is.Null);
        for (var done = 1; done <= 40; done++)
        {
            time.Advance(0.5);
            estimate.Report(done);
        }
        Assert.That(estimate.Elapsed, Is.EqualTo(TimeSpan.FromSeconds(20)));
        Assert.That(estimate.Rate, Is.EqualTo(2));
        Assert.That(estimate.Left, Is.EqualTo(TimeSpan.FromSeconds(30)));
    }

    [Test]
    public void A_slow_start_is_forgotten()
    {
        var time = new ManualTime();
        var estimate = new ProgressEstimate(time, total: 1000);
        time.Advance(100);
        estimate.Report(1);
        for (var done = 2; done <= 101; done++)
        {
            time.Advance(1);
            estimate.Report(done);
        }
        Assert.That(estimate.Rate, Is.EqualTo(1));
        Assert.That(estimate.Left, Is.EqualTo(TimeSpan.FromSeconds(899)));
    }

    [Test]
    public void Reports_never_fall_and_never_pass_the_total()
    {
        var estimate = new ProgressEstimate(new ManualTime(), total: 10);
        estimate.Report(4);
        estimate.Report(2);
        Assert.That(estimate.Done, Is.EqualTo(4));
        estimate.Report(12);
        Assert.That(estimate.Done, Is.EqualTo(10));
    }

    [TestCase(0, "0:00")]
    [TestCase(59.4, "0:59")]
    [TestCase(59.6, "1:00")]
    [TestCase(3599, "59:59")]
    [TestCase(3723, "1:02:03")]
    [TestCase(183600, "2 d 03:00")]
    public void Durations_read_as_people_write_them(double seconds, string expected) =>
        Assert.That(DurationText.Format(TimeSpan.FromSeconds(seconds)), Is.EqualTo(expected));

    [Test]
    public void Without_a_watcher_there_is_a_line_every_ten_seconds_and_one_at_the_end()
    {
        var time = new ManualTime();
        var lines = new StringWriter { NewLine = "\n" };
        using (var progress = new ProgressDisplay(live: null, lines, time))
        {
            progress.Report(new WorkProgress("pretraining", 0, 1200, "steps"));
            for (var step = 1; step <= 1200; step++)
            {
                time.Advance(0.02);
                progress.Report(new WorkProgress("pretraining", step, 1200, "steps", step == 600 ? "loss 5.43" : null));
            }
        }
        Assert.That(lines.ToString(), Is.EqualTo(
            "pretraining: 500/1,200 steps, 50 steps/s, 0:10 elapsed, 0:14 left\n"
            + "pretraining: 1,000/1,200 steps, 50 steps/s, 0:20 elapsed, 0:04 left, loss 5.43\n"
            + "pretraining: 1,200/1,200 steps, 50 steps/s, 0:24 elapsed, loss 5.43\n"));
    }

    /// <summary>Rates as people write them; what an earlier run did says nothing of this one's rate.</summary>
    [TestCase(0, 1, 4, "steps", 100, "1/4 steps, 100 s each, 1:40 elapsed, 5:00 left")]
    [TestCase(0, 2, 3, "steps", 5000, "2/3 steps, 2,500 s each, 1:23:20 elapsed, 41:40 left")]
    [TestCase(0, 6670000, 13340000, "texts", 10, "6,670,000/13,340,000 texts, 667,000 texts/s, 0:10 elapsed, 0:10 left")]
    [TestCase(800, 810, 830, "steps", 20, "810/830 steps, 2 s each, 0:20 elapsed, 0:40 left")]
    [TestCase(0, 60, 120, "seconds", 60, "60/120 seconds, 1:00 elapsed, 1:00 left")]
    public void Rate_and_time_left_follow_from_what_is_done(long start, long done, long total, string unit, double seconds, string expected)
    {
        var time = new ManualTime();
        var lines = new StringWriter { NewLine = "\n" };
        using (var progress = new ProgressDisplay(live: null, lines, time))
        {
            progress.Report(new WorkProgress("work", start, total, unit));
            time.Advance(seconds);
            progress.Report(new WorkProgress("work", done, total, unit));
        }
        Assert.That(lines.ToString(), Does.StartWith($"work: {expected}\n"));
    }

    [Test]
    public void Another_title_is_another_piece_of_work()
    {
        var lines = new StringWriter { NewLine = "\n" };
        using (var progress = new ProgressDisplay(live: null, lines, new ManualTime()))
        {
            progress.Report(new WorkProgress("reading", 3, 3, "texts"));
            progress.Report(new WorkProgress("packing", 1, 2, "rows"));
        }
        Assert.That(lines.ToString(), Is.EqualTo("reading: 3/3 texts, 0:00 elapsed\npacking: 1/2 rows, 0:00 elapsed\n"));
    }

    [Test]
    public void A_watcher_sees_a_bar_that_ends_at_the_last_report()
    {
        var drawn = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(drawn),
            Ansi = AnsiSupport.Yes,
            Interactive = InteractionSupport.Yes,
        });
        console.Profile.Width = 160;
        using (var progress = new ProgressDisplay(console, TextWriter.Null, TimeProvider.System))
        {
            for (var key = 1; key <= 10; key++)
                progress.Report(new WorkProgress("keys [all]", key, 10, "keys"));
        }
        Assert.That(drawn.ToString(), Does.Contain("keys [all]").And.Contain("10/10 keys").And.Contain("100%"));
    }

    [Test]
    public void Tables_are_not_wrapped_where_nobody_watches()
    {
        var written = new StringWriter();
        ProgramEnvironment.ConsoleOn(written, isRedirected: true).Write(new Table().AddColumn("a").AddRow(new string('x', 150)));
        Assert.That(written.ToString(), Does.Contain(new string('x', 150)).And.Not.Contain('\u001b'));
    }
}
