using Crammed.Encrypted.Execution;

namespace Crammed.Encrypted.Tests.Execution;

/// <summary>Owners of a vector, and the moment its memory is freed.</summary>
[TestFixture]
public sealed class SlotVectorTests
{
    private sealed class Probe : SlotVector
    {
        private int _releases;

        public int Releases => _releases;

        public override int Level => 0;

        protected override void Release() => Interlocked.Increment(ref _releases);
    }

    [Test]
    public void The_last_owner_frees_it_once()
    {
        var vector = new Probe();
        Assert.That(vector.Share(), Is.SameAs(vector));
        vector.Share();
        vector.Dispose();
        vector.Dispose();
        Assert.That(vector.Releases, Is.Zero);
        vector.Dispose();
        Assert.That(vector.Releases, Is.EqualTo(1));
    }

    [Test]
    public void Nobody_can_own_or_free_it_afterwards()
    {
        var disposed = new Probe();
        disposed.Dispose();
        Assert.That(disposed.Dispose, Throws.InstanceOf<ObjectDisposedException>());
        var shared = new Probe();
        shared.Dispose();
        Assert.That(shared.Share, Throws.InstanceOf<ObjectDisposedException>());
        Assert.That((disposed.Releases, shared.Releases), Is.EqualTo((1, 1)));
    }

    [Test]
    public void Owners_on_many_threads_free_it_once()
    {
        var vector = new Probe();
        Parallel.For(0, 10_000, _ => vector.Share());
        Parallel.For(0, 10_000, _ => vector.Dispose());
        Assert.That(vector.Releases, Is.Zero);
        vector.Dispose();
        Assert.That(vector.Releases, Is.EqualTo(1));
    }

    [Test]
    public void A_clear_vector_is_unreadable_after_its_end_and_counted_until_then()
    {
        var backend = new ClearGroups(8, refreshedLevel: 3);
        var live = ClearVector.LiveCount;
        var vector = backend.Load(new double[8], 1);
        vector.Share();
        Assert.That(ClearVector.LiveCount, Is.EqualTo(live + 1));
        vector.Dispose();
        Assert.That(ClearGroups.Read(vector), Has.Length.EqualTo(8));
        vector.Dispose();
        Assert.That(ClearVector.LiveCount, Is.EqualTo(live));
        Assert.That(() => ClearGroups.Read(vector), Throws.InstanceOf<ObjectDisposedException>());
    }
}
