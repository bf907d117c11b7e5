using Crammed.Files;

namespace Crammed.Ckks.Tests.Serialization;

/// <summary>All keys of a file brought into memory before they are used.</summary>
[TestFixture]
internal sealed class LoadAllTests
{
    private TemporaryFile _file = null!;
    private long _live;

    private static CkksParameters Parameters => FixedObjects.Smallest;

    [SetUp]
    public void SetUp()
    {
        _file = new TemporaryFile();
        FixedObjects.SaveKeys(Parameters, _file.Path);
        _live = ResidueMemory.LiveBuffers;
    }

    [TearDown]
    public void TearDown()
    {
        _file.Dispose();
        Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(_live));
    }

    [Test]
    public void Every_key_is_in_memory_bit_by_bit_and_reported()
    {
        var reports = new Recorder();
        using var keys = EvaluationKeys.Open(_file.Path, Parameters);
        keys.LoadAll(reports);
        Assert.That(keys.Manifest.Select(key => key.IsLoaded), Is.All.True);
        Assert.That((keys.Bytes, ResidueMemory.LiveBuffers), Is.EqualTo((keys.Manifest.Sum(key => key.MemoryBytes), _live + 2 * 4)));
        Assert.That(reports.Seen.Select(report => report.Detail), Is.EqualTo(new[] { "1 of 4 keys", "2 of 4 keys", "3 of 4 keys", "4 of 4 keys" }));
        Assert.That(reports.Seen.Select(report => report.Total).Append(reports.Seen[^1].Done), Is.All.EqualTo(keys.Bytes));
        // Nothing is read any more: the file may go.
        File.Delete(_file.Path);
        keys.TryGetConjugation(out var conjugation);
        keys.TryGetRotation(1, out var one);
        keys.TryGetRotation(5, out var five);
        foreach ((var key, (var id, var level)) in
            new[] { keys.Relinearization, conjugation, one, five }.Zip(FixedObjects.KeyList))
        {
            using var expected = FixedObjects.SwitchingKey(Parameters, id, level);
            ResidueAssert.AreSame(expected, key!);
        }
    }

    /// <summary>
    /// They count as used, so that the first call of UnloadUnused leaves them; what is there already is not loaded again.
    /// </summary>
    [Test]
    public void Only_what_is_missing_is_loaded()
    {
        using var keys = EvaluationKeys.Open(_file.Path, Parameters);
        keys.TryGetRotation(1, out var one);
        var reports = new Recorder();
        keys.LoadAll(reports);
        keys.LoadAll(reports);
        Assert.That(reports.Seen.Select(report => report.Detail), Is.EqualTo(new[] { "1 of 3 keys", "2 of 3 keys", "3 of 3 keys" }));
        Assert.That(keys.TryGetRotation(1, out var again) && ReferenceEquals(one, again));
        Assert.That((keys.UnloadUnused(), keys.UnloadUnused()), Is.EqualTo((0L, keys.Manifest.Sum(key => key.MemoryBytes))));
    }

    [Test]
    public void Keys_that_were_made_in_memory_are_there_already()
    {
        using var none = EvaluationKeys.Empty(Parameters);
        var reports = new Recorder();
        none.LoadAll(reports, new Memory(0));
        Assert.That(reports.Seen, Is.Empty);
    }

    /// <summary>
    /// By hand: relinearization up to level 1 has one digit of 4 limbs, conjugation and the rotation by 5 at level 0 one of 3, the rotation
    /// by 1 up to level 2 two of 5; two halves of each, of limbs of 128 residues and a padding of 40.
    /// </summary>
    [Test]
    public void Without_room_for_all_none_is_loaded()
    {
        const long needed = 2 * (4 + 3 + 3 + 2 * 5) * (128 + 40) * sizeof(double);
        using var keys = EvaluationKeys.Open(_file.Path, Parameters);
        var reports = new Recorder();
        Assert.That(
            () => keys.LoadAll(reports, new Memory(needed - 1)),
            Throws.InstanceOf<InsufficientMemoryException>().With.Message.EqualTo(
                $"loading 4 evaluation keys of {_file.Path}: 52.5 KiB of memory needed, 52.4 KiB free (a test); "
                + "load keys when they are used, or have keys made for lower levels"));
        Assert.That((reports.Seen.Count, keys.Bytes), Is.EqualTo((0, 0L)));
        keys.LoadAll(reports, new Memory(needed));
        Assert.That(keys.Manifest.Select(key => key.IsLoaded), Is.All.True);
    }

    [Test]
    public void Cancellation_stops_between_keys()
    {
        using var keys = EvaluationKeys.Open(_file.Path, Parameters);
        using var source = new CancellationTokenSource();
        source.Cancel();
        var reports = new Recorder();
        Assert.That(() => keys.LoadAll(reports, null, source.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That((reports.Seen.Count, keys.Bytes), Is.EqualTo((0, 0L)));
        keys.LoadAll();
        Assert.That(keys.TryGetRotation(5, out var five) && five is not null);
    }

    /// <summary>Byte by byte from its end, the file loses what the last key, the largest, and then all others need.</summary>
    [Test]
    public void A_file_that_shrinks_after_it_was_opened_is_refused()
    {
        var length = new FileInfo(_file.Path).Length;
        for (long cut = 1; cut < length; cut += cut < 20 ? 1 : 97)
        {
            using var keys = EvaluationKeys.Open(_file.Path, Parameters);
            var whole = File.ReadAllBytes(_file.Path);
            using (FileStream stream = new(_file.Path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
                stream.SetLength(length - cut);
            Assert.That(
                () => keys.LoadAll(), Throws.InstanceOf<CkksFormatException>().With.Message.StartsWith(_file.Path), $"{cut} bytes less");
            File.WriteAllBytes(_file.Path + ".whole", whole);
            File.Move(_file.Path + ".whole", _file.Path, overwrite: true);
        }
    }

    [Test]
    public void A_damaged_key_is_named()
    {
        var bytes = File.ReadAllBytes(_file.Path);
        bytes[^1] ^= 1;
        File.WriteAllBytes(_file.Path, bytes);
        using var keys = EvaluationKeys.Open(_file.Path, Parameters);
        Assert.That(
            () => keys.LoadAll(),
            Throws.InstanceOf<CkksFormatException>().With.Message.StartsWith($"{_file.Path}: Rotation key by 5: "));
        Assert.That(keys.Manifest[3].IsLoaded, Is.False);
        Assert.That(keys.Relinearization, Is.Not.Null);
    }

    [Test]
    public void A_disposed_set_loads_nothing()
    {
        var keys = EvaluationKeys.Open(_file.Path, Parameters);
        keys.Dispose();
        Assert.That(() => keys.LoadAll(), Throws.InstanceOf<ObjectDisposedException>());
    }

    private sealed class Memory(long bytes) : ISystemResources
    {
        FreeSpace? ISystemResources.Memory => new FreeSpace(bytes, "a test", IsMemory: true);

        public FreeSpace? Disk(string folder) => throw new InvalidOperationException("loading writes nothing");
    }

    private sealed class Recorder : IProgress<WorkProgress>
    {
        public List<WorkProgress> Seen { get; } = [];

        public void Report(WorkProgress value) => Seen.Add(value);
    }
}
