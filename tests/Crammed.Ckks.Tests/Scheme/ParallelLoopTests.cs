namespace Crammed.Ckks.Tests.Scheme;

[TestFixture]
internal sealed class ParallelLoopTests
{
    [Test]
    public void One_thread_takes_items_in_their_order()
    {
        var seen = new List<int>();
        ParallelLoop.RunInOrder([3, 1, 2, 0], new ParallelOptions { MaxDegreeOfParallelism = 1 }, seen.Add);
        Assert.That(seen, Is.EqualTo(new[] { 3, 1, 2, 0 }));
    }

    /// <summary>The first item takes until all others are done: were they dealt out beforehand, some would wait behind it.</summary>
    [Test]
    public void No_item_waits_behind_a_long_one()
    {
        using var others = new CountdownEvent(99);
        var isFree = false;
        ParallelLoop.RunInOrder(Enumerable.Range(0, 100), new ParallelOptions { MaxDegreeOfParallelism = 2 }, i =>
        {
            if (i == 0)
                isFree = others.Wait(TimeSpan.FromSeconds(60));
            else
                others.Signal();
        });
        Assert.That(isFree);
    }

    [Test]
    public void The_exception_of_a_body_comes_out_as_it_is() => Assert.That(
        () => ParallelLoop.RunInOrder([1], new ParallelOptions(), _ => throw new InvalidTimeZoneException()),
        Throws.InstanceOf<InvalidTimeZoneException>());
}
