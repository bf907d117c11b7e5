namespace TorchSharp;

/// <summary>Counts for the current thread; tensors are the only disposables that this backend creates.</summary>
public class ThreadDisposeScopeStatistics : ILifetimeStatistics
{
    private readonly LifetimeStatistics tensors = new();

    internal ThreadDisposeScopeStatistics()
    {
    }

    public long CreatedOutsideScopeCount => tensors.CreatedOutsideScopeCount;

    public long DisposedOutsideScopeCount => tensors.DisposedOutsideScopeCount;

    public long CreatedInScopeCount => tensors.CreatedInScopeCount;

    public long DisposedInScopeCount => tensors.DisposedInScopeCount;

    public long AttachedToScopeCount => tensors.AttachedToScopeCount;

    public long DetachedFromScopeCount => tensors.DetachedFromScopeCount;

    public long ThreadTotalLiveCount => tensors.ThreadTotalLiveCount;

    /// <summary>The counts of tensors alone.</summary>
    public ILifetimeStatistics TensorStatistics => tensors;

    internal LifetimeStatistics Tensors => tensors;

    public void Reset() => tensors.Reset();

    public override string ToString() => tensors.ToString();
}
