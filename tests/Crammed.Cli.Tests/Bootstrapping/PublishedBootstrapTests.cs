using Crammed.Benchmarks.Bootstrapping;

namespace Crammed.Cli.Tests.Bootstrapping;

internal sealed class PublishedBootstrapTests
{
    [Test]
    public void Every_figure_is_plausible_and_names_its_source()
    {
        Assert.That(PublishedBootstrap.All, Is.Not.Empty);
        Assert.That(PublishedBootstrap.All.Select(row => (row.Library, row.Configuration, row.Slots, row.Threads)), Is.Unique);
        foreach (var row in PublishedBootstrap.All)
        {
            Assert.That(row.Source, Does.Contain("measured 20"));
            Assert.That(row.SlotKind, Is.AnyOf("real", "complex"));
            Assert.That(int.IsPow2(row.Slots) && row.Slots <= 1 << 15);
            Assert.That(row.MedianSeconds, Is.GreaterThanOrEqualTo(row.FastestSeconds));
            Assert.That(row.RmsBits, Is.GreaterThan(row.WorstBits));
            Assert.That(row.PeakBytes, Is.GreaterThan(row.KeyBytes!.Value));
        }
    }

    /// <summary>4.92 s at HEXL's 69.7 µs a transform are 70,588; over 2^15 slots and 3 levels they are 50.05 µs.</summary>
    [Test]
    public void Figures_are_taken_for_the_threads_of_the_measurement()
    {
        var two = PublishedBootstrap.WithThreads(2).First();
        Assert.That((two.Threads, two.FastestSeconds, two.Slots), Is.EqualTo((2, 4.92, 32768)));
        Assert.That(two.InTransforms, Is.EqualTo(70588).Within(1));
        Assert.That(two.MicrosecondsPerSlotAndLevel, Is.EqualTo(50.05).Within(0.01));
        Assert.That(PublishedBootstrap.WithThreads(1).Select(row => row.Threads), Is.All.EqualTo(1));
        Assert.That(PublishedBootstrap.WithThreads(64).Select(row => row.Threads), Does.Contain(2).And.Contain(1), "Lattigo's has one");
        Assert.That(PublishedBootstrap.WithThreads(2).Count(), Is.EqualTo(PublishedBootstrap.WithThreads(1).Count()));
        Assert.That(PublishedBootstrap.All.Select(row => row.Slots), Does.Contain(2048), "sparse slots");
    }
}
