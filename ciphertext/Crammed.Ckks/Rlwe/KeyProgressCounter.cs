namespace Crammed.Ckks;

/// <summary>
/// How far making or loading keys is. Keys differ ten times in size, so that the time left follows from bytes rather than from their
/// number.
/// </summary>
/// <param name="Done">keys that are done</param>
/// <param name="Total">keys in all</param>
/// <param name="DoneBytes">bytes of residues of those that are done, as <see cref="EvaluationKeyInfo.MemoryBytes"/></param>
/// <param name="TotalBytes">bytes of residues of all</param>
public readonly record struct KeyProgress(int Done, int Total, long DoneBytes, long TotalBytes);

/// <summary>Counts keys that several threads finish, and reports each: one report at a time, none overtaking another.</summary>
/// <param name="progress">who is told, or nobody</param>
/// <param name="count">keys in all</param>
/// <param name="bytes">bytes of residues of all</param>
internal sealed class KeyProgressCounter(IProgress<KeyProgress>? progress, int count, long bytes)
{
    private readonly Lock _gate = new();
    private KeyProgress _state = new(0, count, 0, bytes);

    /// <summary>One more key of so many bytes is done.</summary>
    public void Add(long keyBytes)
    {
        lock (_gate)
        {
            _state = _state with { Done = _state.Done + 1, DoneBytes = _state.DoneBytes + keyBytes };
            progress?.Report(_state);
        }
    }
}
