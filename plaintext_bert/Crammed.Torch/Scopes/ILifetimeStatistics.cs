namespace TorchSharp;

/// <summary>Counts of disposables created and disposed on one thread.</summary>
public interface ILifetimeStatistics
{
    /// <summary>Created while the thread had no scope.</summary>
    long CreatedOutsideScopeCount { get; }

    /// <summary>Disposed while in no scope.</summary>
    long DisposedOutsideScopeCount { get; }

    /// <summary>Created in a scope.</summary>
    long CreatedInScopeCount { get; }

    /// <summary>Disposed while in a scope, by it or by hand.</summary>
    long DisposedInScopeCount { get; }

    /// <summary>Put into a scope after having been in none.</summary>
    long AttachedToScopeCount { get; }

    /// <summary>Taken out of all scopes.</summary>
    long DetachedFromScopeCount { get; }

    /// <summary>Created minus disposed.</summary>
    long ThreadTotalLiveCount { get; }

    /// <summary>Sets all counts to zero.</summary>
    void Reset();

    /// <summary>All counts with their names.</summary>
    string ToString();
}
