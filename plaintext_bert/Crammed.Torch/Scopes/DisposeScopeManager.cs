namespace TorchSharp;

/// <summary>The current thread's stack of dispose scopes.</summary>
public class DisposeScopeManager
{
    [ThreadStatic]
    private static DisposeScopeManager? threadSingleton;

    private readonly Stack<DisposeScope> scopes = new();
    private readonly ThreadDisposeScopeStatistics statistics = new();

    /// <summary>What this thread created and disposed.</summary>
    public static ThreadDisposeScopeStatistics Statistics => ThreadSingleton.statistics;

    internal static DisposeScopeManager ThreadSingleton => threadSingleton ??= new DisposeScopeManager();

    internal LifetimeStatistics Tensors => statistics.Tensors;

    internal DisposeScope? Current => scopes.TryPeek(out var scope) ? scope : null;

    internal DisposeScope Push()
    {
        var scope = new DisposeScope(this);
        scopes.Push(scope);
        return scope;
    }

    internal void Pop(DisposeScope scope)
    {
        if (!ReferenceEquals(Current, scope))
            throw new InvalidOperationException("Dispose scopes end in the reverse order of their creation, on their own thread.");
        scopes.Pop();
    }

    internal DisposeScope? Register(torch.Tensor tensor)
    {
        var scope = Current;
        if (scope is null)
            Tensors.CreatedOutsideScopeCount++;
        else
            Tensors.CreatedInScopeCount++;
        scope?.Include(tensor);
        return scope;
    }
}
