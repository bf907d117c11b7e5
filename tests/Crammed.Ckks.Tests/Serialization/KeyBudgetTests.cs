namespace Crammed.Ckks.Tests.Serialization;

/// <summary>Which keys of a file stay in memory under a budget.</summary>
[TestFixture]
internal sealed class KeyBudgetTests
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

    /// <summary>Two small keys fit, a third one pushes out the one that was used before the other.</summary>
    [Test]
    public void The_key_that_was_not_used_for_longest_goes()
    {
        var (relinearization, conjugation, five) = (Bytes(0), Bytes(1), Bytes(3));
        using var keys = Open(relinearization + conjugation);
        Use(keys, 0);
        Use(keys, 1);
        Use(keys, 0);
        Assert.That(five, Is.LessThanOrEqualTo(conjugation));
        Use(keys, 3);
        Assert.That(Loaded(keys), Is.EqualTo(new[] { true, false, false, true }));
        Assert.That(keys.Bytes, Is.EqualTo(relinearization + five));
        Assert.That((keys.Traffic.Loads, keys.Traffic.Drops, keys.Traffic.PeakBytes), Is.EqualTo((3, 1, relinearization + conjugation)));
        Assert.That(keys.Traffic.BytesRead, Is.EqualTo(keys.Manifest.Where((_, i) => i != 2).Sum(key => key.FileBytes)));
    }

    [Test]
    public void A_key_in_use_stays_beyond_the_budget_until_it_is_done_with()
    {
        using var keys = Open(1);
        using (keys.Lease(EvaluationKeyId.Relinearization))
        {
            using (keys.Lease(EvaluationKeyId.Conjugation))
                Assert.That((keys.Leased, Loaded(keys)), Is.EqualTo((2, new[] { true, true, false, false })));
            Assert.That((keys.Leased, Loaded(keys)), Is.EqualTo((1, new[] { true, false, false, false })));
        }
        Assert.That((keys.Leased, keys.Bytes), Is.EqualTo((0, 0L)));
    }

    /// <summary>No one says when it is done with: it goes only when that is asked for.</summary>
    [Test]
    public void A_key_that_was_asked_for_by_name_stays()
    {
        using var keys = Open(1);
        Assert.That(keys.Relinearization!.Masked.Bytes, Is.GreaterThan(0));
        Use(keys, 1);
        Assert.That(Loaded(keys), Is.EqualTo(new[] { true, false, false, false }));
        Assert.That((keys.UnloadUnused(), keys.UnloadUnused(), keys.Bytes), Is.EqualTo((0L, Bytes(0), 0L)));
    }

    [Test]
    public void Of_all_keys_as_many_are_loaded_as_there_is_room_for()
    {
        using var keys = Open(Bytes(2) + Bytes(0));
        keys.LoadAll();
        Assert.That(Loaded(keys), Is.EqualTo(new[] { true, false, true, false }), "the largest");
        Assert.That(keys.Traffic.Drops, Is.Zero);
    }

    [Test]
    public void Threads_that_use_keys_side_by_side_find_them_whole()
    {
        using var keys = Open(Bytes(2));
        Crammed.Ckks.SwitchingKey[] expected =
            [.. FixedObjects.KeyList.Select(key => FixedObjects.SwitchingKey(Parameters, key.Id, key.Level))];
        Parallel.For(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            var number = new Random(i).Next(expected.Length);
            using var lease = keys.Lease(FixedObjects.KeyList[number].Id);
            ResidueAssert.AreSame(expected[number], lease!.Key);
        });
        Assert.That(keys.Leased, Is.Zero);
        Assert.That(keys.Bytes, Is.LessThanOrEqualTo(Bytes(2)));
        Assert.That(keys.Traffic.PeakBytes, Is.LessThanOrEqualTo(8 * Bytes(2)));
        foreach (var key in expected)
            key.Dispose();
    }

    /// <summary>A key that cannot be read takes no room and no lease; another one does its work.</summary>
    [Test]
    public void A_damaged_key_leaves_nothing_behind()
    {
        var bytes = File.ReadAllBytes(_file.Path);
        bytes[^1] ^= 1;
        File.WriteAllBytes(_file.Path, bytes);
        using var keys = Open(Bytes(2));
        for (var i = 0; i < 3; i++)
            Assert.That(() => keys.Lease(FixedObjects.KeyList[3].Id), Throws.InstanceOf<CkksFormatException>());
        Use(keys, 2);
        Assert.That((keys.Leased, keys.Bytes, keys.Traffic.Drops), Is.EqualTo((0, Bytes(2), 0)));
    }

    [Test]
    public void A_budget_is_positive() => Assert.That(() => Open(0), Throws.InstanceOf<ArgumentOutOfRangeException>());

    private EvaluationKeys Open(long budget) => EvaluationKeys.Open(_file.Path, Parameters, new KeyMemory(BudgetBytes: budget));

    /// <summary>Of a key of the list.</summary>
    private static long Bytes(int number) =>
        FixedObjects.KeyList[number].Id.Shape(Parameters, FixedObjects.KeyList[number].Level).MemoryBytes(Parameters);

    private static void Use(EvaluationKeys keys, int number) => keys.Lease(FixedObjects.KeyList[number].Id)!.Dispose();

    private static bool[] Loaded(EvaluationKeys keys) => [.. keys.Manifest.Select(key => key.IsLoaded)];
}
