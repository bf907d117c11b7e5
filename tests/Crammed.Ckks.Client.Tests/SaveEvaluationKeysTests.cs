using Crammed.Files;

namespace Crammed.Ckks.Client.Tests;

/// <summary>Keys written to a file while they are made.</summary>
[TestFixture]
internal sealed class SaveEvaluationKeysTests
{
    private static readonly (int Steps, int Level)[] Rotations = [.. Enumerable.Range(1, 7).Select(steps => (steps, 8))];

    private string _path = null!;

    [SetUp]
    public void ChoosePath() => _path = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"{Guid.NewGuid():N}.keys");

    [TearDown]
    public void DeleteFile() => File.Delete(_path);

    [Test]
    public void The_file_holds_what_was_asked_for()
    {
        var made = ClientSetup.Generator.SaveEvaluationKeys(
            _path, EvaluationKeyRequest.Of(2, [(1, 3), (-2, 5), (1, 0), (0, 8)], 4));
        using var keys = EvaluationKeys.Open(_path, ClientSetup.Parameters);
        Assert.That(keys.Manifest, Is.EqualTo(made));
        Assert.That(made.Select(key => (key.Steps, key.Level)), Is.EqualTo(new[] { (0, 2), (0, 4), (1, 3), (1022, 5) }));
        // Level 3 with digits of two limbs: 2 digits of 4 + 2 limbs, in memory two halves of 8 bytes a residue.
        Assert.That((made[2].DigitCount, made[2].LimbCount), Is.EqualTo((2, 6)));
        Assert.That(made[2].MemoryBytes, Is.EqualTo(2L * 2 * 6 * ClientSetup.Parameters.N * sizeof(double)));
    }

    /// <summary>
    /// After each key its memory has been returned, so that with one thread the n-th report finds none, and with three at most those of the
    /// other two: two halves, the permuted secret, and for each digit the error and a product.
    /// </summary>
    [TestCase(1)]
    [TestCase(3)]
    public void Memory_is_bounded_by_the_keys_in_flight(int degree)
    {
        var before = ResidueMemory.LiveBuffers;
        var digits = ClientSetup.Parameters.DigitCount(8);
        var reports = new Recorder(() => { });
        ClientSetup.Generator.SaveEvaluationKeys(_path, EvaluationKeyRequest.Of(null, Rotations), reports, degree);
        Assert.That(reports.Seen.Select(report => report.Detail), Is.EqualTo(Enumerable.Range(1, 7).Select(count => $"{count} of 7 keys")));
        Assert.That(reports.LiveBuffers.Max() - before, Is.LessThanOrEqualTo((degree - 1) * (2 + 1 + 2 * digits)));
        Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(before));
    }

    /// <summary>The largest key is made first, but the file is ordered by kind and steps.</summary>
    [Test]
    public void The_largest_keys_come_first()
    {
        var reports = new Recorder(() => { });
        var made =
            ClientSetup.Generator.SaveEvaluationKeys(
                _path, EvaluationKeyRequest.Of(5, [(1, 0), (2, 8), (3, 1)], 2), reports, maxDegreeOfParallelism: 1);
        Assert.That(made.Select(key => key.Level), Is.EqualTo(new[] { 5, 2, 0, 8, 1 }));
        long done = 0;
        var count = 0;
        var all = made.Sum(key => key.MemoryBytes);
        WorkProgress[] expected =
            [.. new[] { 3, 0, 1, 4, 2 }.Select(i => new WorkProgress("keys", done += made[i].MemoryBytes, all, "bytes", $"{++count} of 5 keys"))];
        Assert.That(reports.Seen, Is.EqualTo(expected));
    }

    [Test]
    public void A_cancelled_generation_leaves_the_earlier_file_and_nothing_else()
    {
        File.WriteAllText(_path, "earlier");
        var live = ResidueMemory.LiveBuffers;
        using var source = new CancellationTokenSource();
        var reports = new Recorder(source.Cancel);
        Assert.That(
            () => ClientSetup.Generator.SaveEvaluationKeys(_path, EvaluationKeyRequest.Of(null, Rotations), reports, 1, source.Token),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(reports.Seen, Has.Count.EqualTo(1));
        Assert.That(File.ReadAllText(_path), Is.EqualTo("earlier"));
        Assert.That(Directory.GetFiles(Path.GetDirectoryName(_path)!, Path.GetFileName(_path) + "*"), Has.Length.EqualTo(1));
        Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live));
    }

    [Test]
    public void What_cannot_be_written_is_refused_with_one_plain_exception()
    {
        var nowhere = Path.Combine(_path, "missing", "file.keys");
        Assert.That(() => ClientSetup.Generator.SaveEvaluationKeys(
            nowhere, EvaluationKeyRequest.Of(1, [])), Throws.InstanceOf<IOException>());
        Assert.That(() => ClientSetup.Generator.SaveEvaluationKeys(
            _path, EvaluationKeyRequest.Of(9, [])), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(
            () => ClientSetup.Generator.SaveEvaluationKeys(_path, EvaluationKeyRequest.Of(1, []), maxDegreeOfParallelism: -1),
            Throws.InstanceOf<ArgumentOutOfRangeException>());
        var failing = new Recorder(() => throw new InvalidTimeZoneException());
        Assert.That(
            () => ClientSetup.Generator.SaveEvaluationKeys(_path, EvaluationKeyRequest.Of(1, Rotations), failing),
            Throws.InstanceOf<InvalidTimeZoneException>());
        Assert.That(File.Exists(_path), Is.False);
    }

    private sealed class Recorder(Action then) : IProgress<WorkProgress>
    {
        public System.Collections.Concurrent.ConcurrentQueue<WorkProgress> Seen { get; } = [];

        public System.Collections.Concurrent.ConcurrentBag<long> LiveBuffers { get; } = [];

        public void Report(WorkProgress value)
        {
            Seen.Enqueue(value);
            LiveBuffers.Add(ResidueMemory.LiveBuffers);
            then();
        }
    }
}
