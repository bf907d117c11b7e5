namespace Crammed.Ckks;

/// <summary>A place for one key of a set, which is loaded at its first use if it comes from a file. Thread-safe.</summary>
internal sealed class EvaluationKeySlot : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Func<SwitchingKey>? _load;
    private SwitchingKey? _key;
    private bool _isUsed;
    private bool _isDisposed;

    /// <summary>A key that is in memory and stays there.</summary>
    public EvaluationKeySlot(EvaluationKeyId id, SwitchingKey key) => (Id, Level, _key) = (id, key.Level, key);

    /// <summary>A key that <paramref name="load"/> brings into memory.</summary>
    public EvaluationKeySlot(EvaluationKeyId id, int level, Func<SwitchingKey> load) => (Id, Level, _load) = (id, level, load);

    public EvaluationKeyId Id { get; }

    public int Level { get; }

    /// <summary>Bytes of residues in memory now.</summary>
    public long LoadedBytes
    {
        get
        {
            lock (_gate)
                return _key?.Bytes ?? 0;
        }
    }

    /// <summary>The key; threads that ask for it while it is being loaded wait for it. After a failure the next use tries again.</summary>
    public SwitchingKey Get()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, typeof(EvaluationKeys));
            _isUsed = true;
            return _key ??= _load!();
        }
    }

    /// <summary>Drops the key if it can be loaded again and was not used since the last call; returns the bytes that this freed.</summary>
    public long UnloadIfUnused()
    {
        lock (_gate)
        {
            long bytes = 0;
            if (_load is not null && _key is not null && !_isUsed)
            {
                bytes = _key.Bytes;
                _key.Dispose();
                _key = null;
            }
            _isUsed = false;
            return bytes;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _key?.Dispose();
            _key = null;
        }
    }
}
