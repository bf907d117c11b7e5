namespace TorchSharp;

/// <summary>
/// Collects the tensors that its thread creates while it is the innermost scope, and disposes them when it ends.
/// Results leave it through <see cref="MoveToOuter(IEnumerable{IDisposable})"/> or <see cref="Detach(IEnumerable{IDisposable})"/>.
/// </summary>
public sealed class DisposeScope : IDisposable
{
    private readonly DisposeScopeManager manager;
    private readonly DisposeScope? outer;
    private HashSet<IDisposable> disposables = new(ReferenceEqualityComparer.Instance);

    internal DisposeScope(DisposeScopeManager manager)
    {
        this.manager = manager;
        outer = manager.Current;
    }

    /// <summary>A copy of the scope's contents.</summary>
    public IReadOnlyList<IDisposable> DisposablesView => [.. disposables];

    /// <summary>Number of disposables in the scope.</summary>
    public int DisposablesCount => disposables.Count;

    public bool Contains(IDisposable disposable) => disposables.Contains(disposable);

    /// <summary>Moves to the outer scope, or out of all scopes where this is the outermost.</summary>
    public T MoveToOuter<T>(T disposable) where T : IDisposable => MoveToOther(outer, disposable);

    public (T1 first, T2 second) MoveToOuter<T1, T2>(T1 first, T2 second)
        where T1 : IDisposable where T2 : IDisposable => MoveToOther(outer, first, second);

    public (T1 first, T2 second, T3 third) MoveToOuter<T1, T2, T3>(T1 first, T2 second, T3 third)
        where T1 : IDisposable where T2 : IDisposable where T3 : IDisposable => MoveToOther(outer, first, second, third);

    public void MoveToOuter(params IDisposable[] disposables) => MoveToOther(outer, disposables);

    public void MoveToOuter(IEnumerable<IDisposable> disposables) => MoveToOther(outer, disposables);

    /// <summary>Moves to another scope, or out of all scopes where it is null.</summary>
    public T MoveToOther<T>(DisposeScope? scope, T disposable) where T : IDisposable
    {
        MoveToOther(scope, (IEnumerable<IDisposable>)[disposable]);
        return disposable;
    }

    public (T1 first, T2 second) MoveToOther<T1, T2>(DisposeScope? scope, T1 first, T2 second)
        where T1 : IDisposable where T2 : IDisposable
    {
        MoveToOther(scope, (IEnumerable<IDisposable>)[first, second]);
        return (first, second);
    }

    public (T1 first, T2 second, T3 third) MoveToOther<T1, T2, T3>(DisposeScope? scope, T1 first, T2 second, T3 third)
        where T1 : IDisposable where T2 : IDisposable where T3 : IDisposable
    {
        MoveToOther(scope, (IEnumerable<IDisposable>)[first, second, third]);
        return (first, second, third);
    }

    public void MoveToOther(DisposeScope? scope, params IDisposable[] disposables) =>
        MoveToOther(scope, (IEnumerable<IDisposable>)disposables);

    public void MoveToOther(DisposeScope? scope, IEnumerable<IDisposable> disposables)
    {
        foreach (var disposable in disposables)
        {
            if (this.disposables.Remove(disposable))
                Put(scope, disposable);
        }
    }

    /// <summary>Takes out of all scopes: whoever holds the disposable disposes it.</summary>
    public T Detach<T>(T disposable) where T : IDisposable
    {
        Detach((IEnumerable<IDisposable>)[disposable]);
        return disposable;
    }

    public (T1 first, T2 second) Detach<T1, T2>(T1 first, T2 second) where T1 : IDisposable where T2 : IDisposable
    {
        Detach((IEnumerable<IDisposable>)[first, second]);
        return (first, second);
    }

    public (T1 first, T2 second, T3 third) Detach<T1, T2, T3>(T1 first, T2 second, T3 third)
        where T1 : IDisposable where T2 : IDisposable where T3 : IDisposable
    {
        Detach((IEnumerable<IDisposable>)[first, second, third]);
        return (first, second, third);
    }

    public void Detach(params IDisposable[] disposables) => Detach((IEnumerable<IDisposable>)disposables);

    public void Detach(IEnumerable<IDisposable> disposables)
    {
        foreach (var disposable in disposables)
        {
            if (!this.disposables.Remove(disposable))
                continue;
            manager.Tensors.DetachedFromScopeCount++;
            if (disposable is torch.Tensor tensor)
                tensor.OwningDisposeScope = null;
        }
    }

    /// <summary>Puts something into this scope, taking it out of the one it was in.</summary>
    public void Attach(IDisposable disposable)
    {
        if (disposable is torch.Tensor { OwningDisposeScope: { } owner })
            owner.MoveToOther(this, (IEnumerable<IDisposable>)[disposable]);
        else
        {
            manager.Tensors.AttachedToScopeCount++;
            Put(this, disposable);
        }
    }

    public void Attach(params IDisposable[] disposables) => Attach((IEnumerable<IDisposable>)disposables);

    public IReadOnlyList<IDisposable> Attach(IEnumerable<IDisposable> disposables)
    {
        IDisposable[] attached = [.. disposables];
        foreach (var disposable in attached)
            Attach(disposable);
        return attached;
    }

    /// <summary>Disposes everything in the scope, which stays open.</summary>
    public void DisposeEverything() => DisposeEverythingBut((IEnumerable<IDisposable>)[]);

    public T DisposeEverythingBut<T>(T keep) where T : IDisposable
    {
        DisposeEverythingBut((IEnumerable<IDisposable>)[keep]);
        return keep;
    }

    public (T1 first, T2 second) DisposeEverythingBut<T1, T2>(T1 first, T2 second)
        where T1 : IDisposable where T2 : IDisposable
    {
        DisposeEverythingBut((IEnumerable<IDisposable>)[first, second]);
        return (first, second);
    }

    public (T1 first, T2 second, T3 third) DisposeEverythingBut<T1, T2, T3>(T1 first, T2 second, T3 third)
        where T1 : IDisposable where T2 : IDisposable where T3 : IDisposable
    {
        DisposeEverythingBut((IEnumerable<IDisposable>)[first, second, third]);
        return (first, second, third);
    }

    public void DisposeEverythingBut(params IDisposable[] keep) => DisposeEverythingBut((IEnumerable<IDisposable>)keep);

    /// <summary>Disposes everything in the scope but these.</summary>
    public void DisposeEverythingBut(IEnumerable<IDisposable> inKeep)
    {
        var all = disposables;
        disposables = new HashSet<IDisposable>(inKeep.Where(all.Contains), ReferenceEqualityComparer.Instance);
        foreach (var disposable in all)
        {
            if (disposables.Contains(disposable))
                continue;
            manager.Tensors.DisposedInScopeCount++;
            if (disposable is torch.Tensor tensor)
            {
                tensor.OwningDisposeScope = null;
                tensor.Release();
            }
            else
                disposable.Dispose();
        }
    }

    /// <summary>Ends the scope and disposes everything in it.</summary>
    public void Dispose()
    {
        DisposeEverything();
        manager.Pop(this);
    }

    /// <summary>Tells the scope that something of its contents was disposed by hand.</summary>
    public void MarkAsDisposed(IDisposable disposable)
    {
        manager.Tensors.DisposedInScopeCount++;
        disposables.Remove(disposable);
        if (disposable is torch.Tensor tensor)
            tensor.OwningDisposeScope = null;
    }

    internal void Include(torch.Tensor tensor) => disposables.Add(tensor);

    /// <summary>Lets a tensor take the place of another, whose native tensor it took over.</summary>
    internal void Replace(torch.Tensor replaced, torch.Tensor replacement)
    {
        disposables.Remove(replaced);
        disposables.Add(replacement);
        replaced.OwningDisposeScope = null;
        replacement.OwningDisposeScope = this;
    }

    private static void Put(DisposeScope? scope, IDisposable disposable)
    {
        if (disposable is torch.Tensor tensor)
            tensor.OwningDisposeScope = scope;
        if (scope is null)
            DisposeScopeManager.ThreadSingleton.Tensors.DetachedFromScopeCount++;
        else
            scope.disposables.Add(disposable);
    }
}
