using Crammed.Ckks.Ring;

namespace Crammed.Ckks.Tests.Ring;

[TestFixture]
internal sealed class WorkerShareTests
{
    [Test]
    public void Every_index_runs_once([Values(1, 2, 5)] int degree, [Values(0, 1, 2, 1000)] int count)
    {
        var runs = new int[count];
        new WorkerShare(degree).For(count, i => Interlocked.Increment(ref runs[i]));
        Assert.That(runs, Has.All.EqualTo(1));
    }

    [Test]
    public void Loops_inside_loops_finish_and_share_the_threads()
    {
        var workers = new WorkerShare(3);
        int running = 0, most = 0, total = 0;
        workers.For(20, _ => workers.For(20, _ =>
        {
            var now = Interlocked.Increment(ref running);
            InterlockedMax(ref most, now);
            Interlocked.Increment(ref total);
            Interlocked.Decrement(ref running);
        }));
        Assert.That(total, Is.EqualTo(400));
        Assert.That(most, Is.InRange(1, 3));
    }

    [Test]
    public void The_first_exception_comes_out_and_the_threads_are_given_back()
    {
        var workers = new WorkerShare(2);
        for (var trial = 0; trial < 10; trial++)
            Assert.That(() => workers.For(50, i => throw new InvalidOperationException("seven")), Throws.InvalidOperationException);
        var helped = 0;
        using var both = new Barrier(2);
        workers.For(2, _ => helped += both.SignalAndWait(TimeSpan.FromSeconds(60)) ? 1 : 0);
        Assert.That(helped, Is.GreaterThan(0), "both items must have run at once");
    }

    private static void InterlockedMax(ref int target, int value)
    {
        var seen = Volatile.Read(ref target);
        while (seen < value && Interlocked.CompareExchange(ref target, value, seen) is int now && now != seen)
            seen = now;
    }
}
