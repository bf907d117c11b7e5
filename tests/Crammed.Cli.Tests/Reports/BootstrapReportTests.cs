using Crammed.Benchmarks.Bootstrapping;
using Crammed.Cli.Reports;

namespace Crammed.Cli.Tests.Reports;

internal sealed class BootstrapReportTests
{
    private readonly BootstrapReport _report = new(
        new BootstrapMeasurement(
            "a-set", "128-bit", Slots: 1000, UsableLevels: 10, Threads: 2, KeyBytes: 5L << 30, DiagonalBytes: 2L << 30, KeySeconds: 17,
            EncodingSeconds: 4, [9.0, 5.0, 6.0], [("first part", 1.0), ("second part", 3.0)], [("uniform", 21, 18), ("constant", 20.5, 17.2)],
            PeakBytes: 12L << 30),
        new MachineFacts("a processor", 2, 256, "a system"), "abc");

    /// <summary>5 s over 1,000 slots and 10 levels are 500 µs; the worst message counts; OpenFHE's 4.92 s over 2^15 slots and 3 levels are 50.0.</summary>
    [Test]
    public void The_fastest_bootstrap_and_the_worst_precision_stand_beside_published_ones()
    {
        string[] lines = _report.ComparisonTable().Split('\n');
        Assert.That(lines[2], Does.Match(@"^\| crammed, a-set \(here\) +\| +1,000 \| +2 \| +5\.00 \| +10 \| +20\.5 \| +17\.2 \| +500\.0 \| +12\.0 GiB \|$"));
        Assert.That(lines[3], Does.Match(@"^\| OpenFHE \+ HEXL, scale 2\^59 +\| .* 3 of 59 bits .* 50\.0 \|"));
    }

    [Test]
    public void The_report_has_parts_and_precision()
    {
        string text = _report.ToMarkdown();
        Assert.That(text, Does.Match(@"\| second part +\| +3\.00 \| +75 % \|"));
        Assert.That(text, Does.Match(@"\| uniform +\| +21\.0 \| +18\.0 \|"));
        Assert.That(text, Does.Contain("bench bootstrap parameters=a-set").And.Contain("5.00 GiB in 17.0 s").And.Contain("took 9.00 s"));
    }
}
