using TorchSharp;
using static TorchSharp.torch;

namespace Crammed.Torch.Tests;

[NonParallelizable]
internal sealed class DisposeScopeTests
{
    private static long Live => DisposeScopeManager.Statistics.ThreadTotalLiveCount;

    [Test]
    public void A_scope_disposes_what_is_created_in_it()
    {
        var (live, total) = (Live, Tensor.TotalCount);
        Tensor kept, moved, plain;
        using (var outer = NewDisposeScope())
        {
            using (NewDisposeScope())
            {
                plain = zeros(1) + zeros(1);
                moved = zeros(1).MoveToOuterDisposeScope();
                kept = zeros(1).DetachFromDisposeScope();
            }
            Assert.That((plain.IsInvalid, moved.IsInvalid, kept.IsInvalid), Is.EqualTo((true, false, false)));
            Assert.That(outer.DisposablesView, Is.EqualTo(new[] { moved }));
            Assert.That((Live, Tensor.TotalCount), Is.EqualTo((live + 2, total + 2)));
        }
        Assert.That((moved.IsInvalid, kept.IsInvalid), Is.EqualTo((true, false)));
        kept.Dispose();
        kept.Dispose();
        Assert.That((Live, Tensor.TotalCount), Is.EqualTo((live, total)));
    }

    [Test]
    public void From_the_outermost_scope_things_move_out_of_all_scopes()
    {
        Tensor tensor;
        using (var scope = NewDisposeScope())
        {
            tensor = scope.MoveToOuter(zeros(1));
            Assert.That(scope.DisposablesCount, Is.Zero);
        }
        Assert.That(tensor.IsInvalid, Is.False);
        tensor.Dispose();
    }

    [Test]
    public void A_scope_can_be_emptied_but_for_some()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (zeros(1), zeros(1));
        Assert.That(scope.DisposeEverythingBut(b), Is.SameAs(b));
        Assert.That((a.IsInvalid, b.IsInvalid, scope.Contains(b)), Is.EqualTo((true, false, true)));
        scope.DisposeEverything();
        Assert.That(b.IsInvalid, Is.True);
    }

    [Test]
    public void Tensors_move_between_scopes()
    {
        using var first = NewDisposeScope();
        var tensor = zeros(1);
        using (var second = NewDisposeScope())
        {
            second.Attach(tensor);
            Assert.That((first.Contains(tensor), second.Contains(tensor)), Is.EqualTo((false, true)));
            second.MoveToOther(first, tensor);
        }
        Assert.That(tensor.IsInvalid, Is.False);
        first.Detach(tensor);
        first.Attach(tensor);
        Assert.That(first.Contains(tensor), Is.True);
    }

    [Test]
    public void Statistics_tell_scopes_from_no_scope()
    {
        DisposeScopeManager.Statistics.Reset();
        zeros(1).Dispose();
        using (NewDisposeScope())
        {
            zeros(1).Dispose();
            zeros(1);
            zeros(1).DetachFromDisposeScope().Dispose();
        }
        var statistics = DisposeScopeManager.Statistics;
        Assert.That((statistics.CreatedOutsideScopeCount, statistics.CreatedInScopeCount), Is.EqualTo((1, 3)));
        Assert.That((statistics.DisposedOutsideScopeCount, statistics.DisposedInScopeCount), Is.EqualTo((2, 2)));
        Assert.That((statistics.DetachedFromScopeCount, statistics.ThreadTotalLiveCount), Is.EqualTo((1, 0)));
        Assert.That(statistics.ToString(), Does.StartWith("ThreadTotalLiveCount: 0;"));
    }

    [Test]
    public void Scopes_end_in_order()
    {
        var outer = NewDisposeScope();
        var inner = NewDisposeScope();
        Assert.That(outer.Dispose, Throws.InvalidOperationException);
        inner.Dispose();
        outer.Dispose();
        Assert.That(CurrentDisposeScope, Is.Null);
    }

    [Test]
    public void Threads_have_their_own_scopes()
    {
        using var scope = NewDisposeScope();
        var (count, current) = (-1, scope);
        var thread = new Thread(() =>
        {
            current = CurrentDisposeScope;
            using (zeros(1))
                count = scope.DisposablesCount;
        });
        thread.Start();
        thread.Join();
        Assert.That((count, current), Is.EqualTo((0, (DisposeScope?)null)));
    }

    [Test]
    public void Forgotten_tensors_are_freed_with_garbage()
    {
        var total = Tensor.TotalCount;
        Forget(100);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.That(Tensor.TotalCount, Is.LessThanOrEqualTo(total + 1));

        static void Forget(int count)
        {
            for (var i = 0; i < count; i++)
                zeros(1);
        }
    }
}
