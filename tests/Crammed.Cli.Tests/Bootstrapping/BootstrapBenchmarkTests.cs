using Crammed.Benchmarks.Bootstrapping;
using Crammed.Ckks;
using Crammed.Cli.Commands.Bench;
using Crammed.Files;

namespace Crammed.Cli.Tests.Bootstrapping;

/// <summary>Measurements over a toy ring.</summary>
internal sealed class BootstrapBenchmarkTests
{
    private static readonly BootstrapMessageKind[] Kinds = [BootstrapMessageKind.Uniform, BootstrapMessageKind.Alternating];

    private readonly BootstrapConfiguration _configuration =
        new("insecure-N11-bootstrapping", Slots: 16, Kinds, Repetitions: 2, Threads: 1, Batch: 3);

    [Test]
    public void A_measurement_counts_everything_and_returns_its_memory()
    {
        var live = ResidueMemory.LiveBuffers;
        var progress = new States();
        var measured = BootstrapBenchmark.Run(_configuration, progress, CancellationToken.None);
        Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live));
        var plan = _configuration.CreatePlan();
        Assert.That(measured.Plan, Is.EqualTo(BootstrapBenchmark.FactsOf(plan)));
        Assert.That((measured.Plan.Slots, measured.Plan.SlotCount, measured.Plan.UsableLevels), Is.EqualTo((16, 1024, plan.UsableLevels)));
        Assert.That((measured.Plan.LargestInteger, measured.Plan.RaisedIntegerBound, measured.Plan.IsInsecure), Is.EqualTo((16, 16, true)));
        // Relinearization, conjugation, to the ephemeral secret and back.
        Assert.That(measured.Preparation.Keys, Is.EqualTo(plan.Rotations.Count + 4));
        Assert.That(measured.Times.Select(time => time.Message), Is.EqualTo(new[] { Kinds[0], Kinds[0], Kinds[1], Kinds[1] }));
        Assert.That(measured.Times.All(time => time.Parts.Count > 1 && time.Parts.Sum(part => part.Seconds) <= time.Seconds));
        Assert.That(
            measured.Precision.Select(message => (message.Message, message.Slots.Count)),
            Is.EqualTo(new[] { (Kinds[0], 4096), (Kinds[1], 4096) }));
        // 20 bits rms and 17 worst are what a bootstrap of this shape keeps at N = 2^16; over a smaller ring it keeps more.
        Assert.That(measured.LargestRms, Is.Positive.And.LessThan(Math.ScaleB(1, -20)));
        Assert.That(measured.LargestError, Is.GreaterThan(measured.LargestRms).And.LessThan(Math.ScaleB(1, -17)));
        Assert.That(measured.Batch!.Count, Is.EqualTo(3));
        Assert.That(measured.Batch.Seconds, Is.Positive);
        Assert.That(progress.Last("keys"), Is.EqualTo(new WorkProgress(
            "keys", measured.Preparation.KeyBytes, measured.Preparation.KeyBytes, "bytes",
            $"{measured.Preparation.Keys} of {measured.Preparation.Keys} keys")));
        // Two of each kind, and twice one and three at once.
        Assert.That(progress.Last("bootstraps"), Is.EqualTo(new WorkProgress("bootstraps", 15, 15, "bootstraps")));
    }

    [Test]
    public void A_cancelled_measurement_returns_its_memory([Values("keys", "bootstraps")] string work)
    {
        var live = ResidueMemory.LiveBuffers;
        using var source = new CancellationTokenSource();
        var progress = new States { Reported = state => Stop(state, work, source) };
        Assert.That(
            () => BootstrapBenchmark.Run(_configuration, progress, source.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live));

        static void Stop(WorkProgress state, string work, CancellationTokenSource source)
        {
            if (state.Title == work)
                source.Cancel();
        }
    }

    [Test]
    public void A_measurement_reads_back_from_its_file_exactly()
    {
        using var folder = new TemporaryFolder();
        var written = SampleMeasurement.Create() with { Batch = null };
        BootstrapMeasurementFile.Write(folder.Combine("one.json"), written);
        var read = BootstrapMeasurementFile.Read(folder.Combine("one.json"));
        BootstrapMeasurementFile.Write(folder.Combine("two.json"), read);
        Assert.That(File.ReadAllText(folder.Combine("two.json")), Is.EqualTo(File.ReadAllText(folder.Combine("one.json"))));
        Assert.That((read.Plan, read.Threads), Is.EqualTo((written.Plan, written.Threads)));
        Assert.That((read.LargestError, read.MedianSeconds), Is.EqualTo((written.LargestError, written.MedianSeconds)));
        Assert.That(read.Precision[1].Coefficients.ExcessKurtosis, Is.EqualTo(written.Precision[1].Coefficients.ExcessKurtosis));
        var bad = folder.Write("bad.json", "{ \"plan\": 3 }");
        Assert.That(() => BootstrapMeasurementFile.Read(bad), Throws.TypeOf<InvalidDataException>().With.Message.StartsWith(bad));
    }

    [TestCase("keys 3 61 bytes")]
    [TestCase("bootstraps 0 12 bootstraps")]
    public void Progress_is_read_as_it_is_written(string line) => Assert.That(ProgressLine.Write(ProgressLine.Parse(line)!), Is.EqualTo(line));

    [TestCase("")]
    [TestCase("keys 3")]
    [TestCase("keys 3 -1 bytes")]
    [TestCase("some quite other line")]
    public void Other_lines_are_no_progress(string line) => Assert.That(ProgressLine.Parse(line), Is.Null);

    private sealed class States : IProgress<WorkProgress>
    {
        private readonly Lock _lock = new();
        private readonly List<WorkProgress> _states = [];

        public Action<WorkProgress> Reported { get; init; } = _ => { };

        public WorkProgress? Last(string work) => _states.Where(state => state.Title == work).MaxBy(state => state.Done);

        public void Report(WorkProgress value)
        {
            lock (_lock)
                _states.Add(value);
            Reported(value);
        }
    }
}
