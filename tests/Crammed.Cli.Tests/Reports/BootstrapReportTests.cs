using Crammed.Benchmarks.Bootstrapping;
using Crammed.Cli.Hosting;
using Crammed.Cli.Reports;
using Crammed.Cli.Tests.Bootstrapping;
using Crammed.Cli.Tests.Stages;

namespace Crammed.Cli.Tests.Reports;

internal sealed class BootstrapReportTests
{
    private readonly BootstrapMeasurement _measured = SampleMeasurement.Create();

    /// <summary>
    /// 5 s are 100,000 NTTs of 50 µs, and 500 µs over 1,000 slots and 10 levels; the median of 5, 6 and 8 is 6; the worse message counts;
    /// OpenFHE's 4.92 s over 2^15 slots and 3 levels are 50.0 µs.
    /// </summary>
    [Test]
    public void The_fastest_bootstrap_and_the_worst_precision_stand_beside_published_ones()
    {
        var lines = Report(_measured, SampleMeasurement.Create(isInsecure: true)).ComparisonTable().Split('\n');
        Assert.That(lines[2], Does.Match(
            @"^\| crammed, a-set \(here\) +\| +1,000 \| +2 \| +5\.00 s \| +6\.00 s \| +100\.0 \| 10 of 40 bits \| +18\.0 \| +18\.0 "
                + @"\| +500\.0 \| +1727 \| +12\.0 GiB \|$"));
        Assert.That(lines[3], Does.StartWith("| crammed, insecure-set (here, INSECURE) "));
        Assert.That(lines[4], Does.Match(
            @"^\| OpenFHE \+ HEXL, scale 2\^59 +\| 32,768 \| +2 \| +4\.92 s .* 70\.6 \| +3 of 59 bits .* 50\.0 \|"));
        Assert.That(lines.Count(line => line.StartsWith("| OpenFHE")), Is.GreaterThan(3));
    }

    [Test]
    public void The_report_has_every_section_of_each_configuration()
    {
        var text = Report(_measured).ToMarkdown();
        Assert.That(text, Does.Contain("To repeat: `scripts/crammed bench bootstrap x=1`").And.Contain("source abc"));
        Assert.That(text, Does.Contain("## a-set, 1,000 of 1,024 slots\n\n128-bit.\n"));
        Assert.That(text, Does.Match(@"\| second part +\| 4\.00 s \| +80 % \| +80,000 \|"));
        Assert.That(text, Does.Contain(
            "4 bootstraps on 2 threads: the fastest took 5.00 s, the median 6.00 s, the first, which fills the pool of memory, 9.00 s."));
        Assert.That(text, Does.Contain(
            "A batch of 4 ciphertexts took 11.0 s, one alone 5.00 s: one more costs 2.00 s, 0.40 times the first; peak memory 6.00 GiB."));
        // Half of the values -2^-20, half 2^-20: no bias, and a kurtosis of 1.
        Assert.That(text, Does.Match(@"\| uniform +\| 20\.0 \| +20\.0 \| 20\.0 \| +20\.0 \| +20\.0 \| +0 ± 1\.5e-8 \| +-2\.0 \|"));
        Assert.That(text, Does.Match(@"\| constant +\| 18\.0 \| .* \| 3\.8e-6 ± 0 \| +undefined \|"));
        Assert.That(text, Does.Match(
            @"\| uniform +\| +20\.0 \| +20\.0 \| +20\.0 \| +20\.0 \| +25\.0 \| +25\.0 \| +25\.0 \| +undefined \|"));
        Assert.That(text, Does.Contain("in 2 encryptions of each kind of message 4,096 values").And.Contain("= 5.0 bits more"));
        Assert.That(text, Does.Contain("(errors-a-set-1000-slots.png)").And.Contain("(errors-a-set-1000-coefficients.png)"));
        Assert.That(text, Does.Contain(
            "63 evaluation keys: 5.00 GiB in 17.0 s. 77 encoded diagonals: 2.00 GiB in 4.00 s. Peak memory of the process: 12.0 GiB."));
        Assert.That(text, Does.Not.Contain("INSECURE"));
    }

    [Test]
    public void An_insecure_set_is_labelled() => Assert.That(
        Report(SampleMeasurement.Create(isInsecure: true)).ToMarkdown(),
        Does.Contain("**INSECURE: insecure-set.**").And.Contain("INSECURE: toy."));

    /// <summary>Zero is claimed only where the polynomial covers every integer that can occur.</summary>
    [TestCase(16, "EvalMod holds for all |I| <= K = 16: it never fails, P[|I| > K] = 0")]
    [TestCase(12, "EvalMod holds for |I| <= K = 12 only: it can fail")]
    public void The_probability_of_failure_is_zero_where_that_is_proved(int largest, string expected) =>
        Assert.That(
            Report(_measured with { Plan = _measured.Plan with { LargestInteger = largest } }).ToMarkdown(),
            Does.Contain("Hamming weight h = 32").And.Contain("|I| < (h + 2)/2: 16 at most").And.Contain(expected)
                .And.Contain("from 128 times the range"));

    [Test]
    public void A_report_without_a_batch_does_not_speak_of_one() =>
        Assert.That(Report(_measured with { Batch = null }).ToMarkdown(), Does.Not.Contain("A batch of"));

    [Test]
    public void Tables_hold_everything()
    {
        using var current = new TemporaryFolder();
        var folder = OutputFolder.Create(current.Path, "run", NameTaken.Refuse);
        BootstrapTables.Write([_measured], folder);
        Assert.That(Directory.GetFiles(folder.FullPath).Select(Path.GetFileName), Is.EquivalentTo(BootstrapTables.Files));
        var configurations = new CsvFile(folder.PathOf("configurations.csv"));
        Assert.That(configurations.Numbers("fastest_seconds"), Is.EqualTo(new[] { 5.0 }));
        Assert.That(configurations.Numbers("batch_seconds"), Is.EqualTo(new[] { 11.0 }));
        var times = new CsvFile(folder.PathOf("times.csv"));
        Assert.That(times.Numbers("seconds"), Is.EqualTo(new double[] { 1, 8, 9, 1, 4, 5, 1, 5, 6, 1, 7, 8 }));
        var precision = new CsvFile(folder.PathOf("precision.csv"));
        Assert.That(precision.Numbers("rms"), Has.Length.EqualTo(8).And.Contains(Math.ScaleB(1, -18)));
        var histograms = new CsvFile(folder.PathOf("histograms.csv"));
        Assert.That(histograms.Numbers("count"), Is.EqualTo(Enumerable.Repeat(4096, 8)), "every distribution has one size");
        Assert.That(histograms.Numbers("log2_error_from")[0], Is.EqualTo(-20));
    }

    private static BootstrapReport Report(params BootstrapMeasurement[] measurements) =>
        new(measurements, new MachineFacts("a processor", 2, 256, "a system"), "abc", "scripts/crammed bench bootstrap x=1");
}
