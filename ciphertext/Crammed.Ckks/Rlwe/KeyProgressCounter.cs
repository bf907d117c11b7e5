using Crammed.Files;

namespace Crammed.Ckks;

/// <summary>
/// Counts keys that several threads finish, and reports each in bytes, since keys differ ten times in size: one report at a time, none
/// overtaking another.
/// </summary>
/// <param name="progress">who is told, or nobody</param>
/// <param name="count">keys in all</param>
/// <param name="bytes">bytes of residues of all, as <see cref="EvaluationKeyInfo.MemoryBytes"/></param>
internal sealed class KeyProgressCounter(IProgress<WorkProgress>? progress, int count, long bytes)
{
    private readonly Lock _gate = new();
    private long _doneBytes;
    private int _done;

    /// <summary>One more key of so many bytes is done.</summary>
    public void Add(long keyBytes)
    {
        lock (_gate)
        {
            _doneBytes += keyBytes;
            progress?.Report(new WorkProgress("keys", _doneBytes, bytes, "bytes", $"{++_done} of {count} keys"));
        }
    }
}
