using System.Reflection;
using BenchmarkDotNet.Attributes;
using Crammed.Benchmarks.Engine;
using Crammed.Cli.Reports;

namespace Crammed.Cli.Tests.Reports;

/// <summary>The engine's report on made-up times, whose multiples are easy to tell.</summary>
internal sealed class EngineReportTests
{
    private static readonly EngineMeasurement[] Measurements =
    [
        new("ForwardHot", 16, 1, 0, 1, 100, 110, 1536 << 10),
        new("Rotate", 16, 24, 7, 1, 50_000, 60_000, 100_000_000),
        new("Rotate", 16, 24, 7, 2, 25_000, 26_000, 100_000_000),
        new("HoistedRotations", 16, 24, 7, 1, 300_000, 310_000, 900_000_000),
        new("Add", 16, 12, 7, 1, 1_000, 1_000, 36 << 20),
    ];

    private readonly EngineReport _report = new(
        new EngineResults(Measurements, [new EngineKeySize(EngineShape.Compared, 93 << 20, 31 << 20)]), new MachineFacts("a processor", 2, 256, "a system"), "abc", 12, 1 << 30);

    /// <summary>40 ms at 68 µs a transform are 588 multiples, 160 ms 2,353; 121.4 ms at HEXL's 69.7 µs are 1,742.</summary>
    [Test]
    public void Multiples_stand_beside_the_reach_and_published_figures()
    {
        var lines = _report.ComparisonTable().Split('\n');
        Assert.That(lines.Single(line => line.StartsWith("| rotate")), Does.Match(@"50\.0 ms +\| +500 \| +588 \| yes +\|.*121 ms \(1,742\)"));
        Assert.That(lines.Single(line => line.StartsWith("| 8 hoisted")), Does.Match(@"300 ms +\| +3,000 \| +2,353 \| missed by 27 % +\|"));
        Assert.That(lines.Single(line => line.StartsWith("| forward NTT, hot")), Does.Match(@"100 µs +\| +1\.0 \| 68\.0 µs there \| +\|"));
        Assert.That(lines.Where(line => line.StartsWith("| add")), Is.Empty, "nobody published it for 12 limbs");
    }

    [Test]
    public void The_full_table_has_every_measurement_of_one_thread()
    {
        var text = _report.ToMarkdown();
        Assert.That(text, Does.Match(@"\| rotate +\| 2\^16 \| 24 \+ 7 \| +50\.0 ms \| +60\.0 ms \| +500 \| +25\.0 ms \| +2\.00 \| +95\.4 MiB \| +2\.0 \|"));
        Assert.That(text, Does.Match(@"\| N16QP1320 +\| +23 \| +93\.0 MiB \| +31\.0 MiB \| 93\.0 MiB, 37\.0 MiB \|"));
        Assert.That(text, Does.Match(@"\| add +\| 2\^16 \| 12 \+ 7 \|"));
        Assert.That(text, Does.Contain("2 cores (a processor)").And.Contain("source abc").And.Contain("1.00 GiB"));
    }

    [Test]
    public void Published_figures_and_operations_name_benchmarks_that_exist()
    {
        string[] methods =
        [
            .. typeof(EngineSuite).Assembly.GetTypes().SelectMany(type => type.GetMethods())
                .Where(method => method.GetCustomAttribute<BenchmarkAttribute>() is not null).Select(method => method.Name),
        ];
        Assert.That(EngineOperation.All.Select(operation => operation.Method), Is.EquivalentTo(methods));
        Assert.That(PublishedFigure.All, Is.Not.Empty);
        foreach (var figure in PublishedFigure.All)
        {
            Assert.That(methods, Does.Contain(figure.Operation));
            Assert.That(figure.InTransforms, Is.GreaterThanOrEqualTo(0.9));
        }
        Assert.That(PublishedFigure.All.Select(figure => (figure.Operation, figure.LogN, figure.Limbs, figure.Library)), Is.Unique);
    }
}
