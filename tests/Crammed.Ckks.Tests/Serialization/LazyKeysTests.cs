using Crammed.Ckks.Client;
using Crammed.Ckks.Tests.Scheme;

namespace Crammed.Ckks.Tests.Serialization;

/// <summary>When keys of a file come into memory and when they leave it.</summary>
[TestFixture]
internal sealed class LazyKeysTests
{
    private TemporaryFile _file = null!;

    private static CkksParameters Parameters => FixedObjects.Smallest;

    [SetUp]
    public void SetUp()
    {
        _file = new TemporaryFile();
        FixedObjects.SaveKeys(Parameters, _file.Path);
    }

    [TearDown]
    public void TearDown() => _file.Dispose();

    [Test]
    public void Threads_that_ask_for_one_key_get_one_and_the_same()
    {
        for (var round = 0; round < 20; round++)
        {
            using var keys = EvaluationKeys.Open(_file.Path, Parameters);
            var live = ResidueMemory.LiveBuffers;
            var found = new SwitchingKey[8];
            using var barrier = new Barrier(found.Length);
            Thread[] threads = [.. Enumerable.Range(0, found.Length).Select(i => new Thread(() =>
            {
                barrier.SignalAndWait();
                keys.TryGetRotation(1, out var key);
                found[i] = key!;
            }))];
            Array.ForEach(threads, thread => thread.Start());
            Array.ForEach(threads, thread => thread.Join());
            Assert.That(found, Is.All.SameAs(found[0]).And.All.Not.Null);
            Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live + 2));
        }
    }

    [Test]
    public void Keys_that_were_not_used_since_the_last_call_are_unloaded_and_come_back()
    {
        using var keys = EvaluationKeys.Open(_file.Path, Parameters);
        keys.TryGetRotation(1, out var one);
        keys.TryGetRotation(5, out _);
        var both = keys.Bytes;
        Assert.That(keys.UnloadUnused(), Is.Zero);
        keys.TryGetRotation(1, out _);
        var live = ResidueMemory.LiveBuffers;
        var five = keys.Manifest[3].MemoryBytes;
        Assert.That(keys.UnloadUnused(), Is.EqualTo(five));
        Assert.That((keys.Bytes, ResidueMemory.LiveBuffers), Is.EqualTo((both - five, live - 2)));
        Assert.That(keys.Manifest.Select(key => key.IsLoaded), Is.EqualTo(new[] { false, false, true, false }));
        Assert.That(keys.TryGetRotation(1, out var again) && ReferenceEquals(one, again));
        Assert.That(keys.TryGetRotation(5, out var back) && back!.Masked.Bytes > 0);
        Assert.That(keys.Bytes, Is.EqualTo(both));
    }

    [Test]
    public void Keys_in_memory_stay_there()
    {
        var setup = CkksSetup.Of(NamedParameters.InsecureN11);
        using var keys = setup.Generator.CreateEvaluationKeys(EvaluationKeyRequest.Of(1, []));
        var bytes = keys.Bytes;
        Assert.That((keys.UnloadUnused(), keys.UnloadUnused(), keys.Bytes), Is.EqualTo((0L, 0L, bytes)));
    }

    [Test]
    public void A_disposed_set_gives_no_keys_and_holds_no_memory()
    {
        var live = ResidueMemory.LiveBuffers;
        var keys = EvaluationKeys.Open(_file.Path, Parameters);
        Assert.That(keys.Relinearization, Is.Not.Null);
        keys.Dispose();
        keys.Dispose();
        Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live));
        Assert.That(() => keys.Relinearization, Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => keys.TryGetRotation(5, out _), Throws.InstanceOf<ObjectDisposedException>());
    }

    /// <summary>A rename over the file leaves the opened one as it was.</summary>
    [Test]
    public void Replacing_the_file_does_not_disturb_an_open_set()
    {
        using var keys = EvaluationKeys.Open(_file.Path, Parameters);
        var other = _file.Path + ".other";
        File.WriteAllText(other, "something else");
        File.Move(other, _file.Path, overwrite: true);
        (var id, var level) = FixedObjects.KeyList[3];
        using var expected = FixedObjects.SwitchingKey(Parameters, id, level);
        Assert.That(keys.TryGetRotation(5, out var key));
        ResidueAssert.AreSame(expected, key!);
    }
}
