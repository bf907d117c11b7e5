using System.Diagnostics;

namespace Crammed.Ckks;

/// <summary>
/// The keys of a set, of which as many are in memory as a budget lets, those used last. Keys are loaded outside the lock, so that several
/// are loaded side by side and loaded ones are to be had meanwhile. Thread-safe; it owns its keys.
/// </summary>
/// <param name="slots">one for each key</param>
/// <param name="budget">bytes of residues of loaded keys, or null for no bound; keys that do not come from a file are not counted</param>
internal sealed class EvaluationKeyCache(IEnumerable<EvaluationKeySlot> slots, long? budget) : IDisposable
{
    private readonly object _gate = new();
    private readonly Dictionary<EvaluationKeyId, EvaluationKeySlot> _slots = slots.ToDictionary(slot => slot.Id);
    private long _loadedBytes;
    private long _peakBytes;
    private long _clock;
    private long _ticks;
    private int _loads;
    private int _drops;
    private bool _isDisposed;

    /// <summary>Every slot, with what does not change; of what does, <see cref="IsLoaded"/> tells.</summary>
    public IEnumerable<EvaluationKeySlot> Slots => _slots.Values;

    public long? Budget => budget;

    /// <summary>Bytes of residues in memory now.</summary>
    public long Bytes
    {
        get
        {
            lock (_gate)
                return _slots.Values.Sum(slot => slot.Key?.Bytes ?? 0);
        }
    }

    /// <summary>Keys that operations work with now.</summary>
    public int Leased
    {
        get
        {
            lock (_gate)
                return _slots.Values.Count(slot => slot.Leases > 0);
        }
    }

    public bool IsLoaded(EvaluationKeySlot slot)
    {
        lock (_gate)
            return slot.Key is not null;
    }

    /// <summary>The highest level of a key, null if there is none of this name.</summary>
    public int? LevelOf(EvaluationKeyId id) => _slots.TryGetValue(id, out var slot) ? slot.Level : null;

    /// <summary>What was loaded and dropped; the bytes of the file are not known here.</summary>
    public KeyTraffic Traffic(long bytesRead)
    {
        lock (_gate)
            return new KeyTraffic(_loads, bytesRead, TimeSpan.FromTicks(_ticks).TotalSeconds, _drops, _peakBytes);
    }

    /// <summary>
    /// A key for the time of an operation, null if there is none of this name; threads that ask for it while it is being loaded wait for
    /// it. After a failure the next use tries again.
    /// </summary>
    /// <exception cref="ObjectDisposedException">the set is disposed</exception>
    public KeyLease? Lease(EvaluationKeyId id)
    {
        if (!_slots.TryGetValue(id, out var slot))
            return null;
        return new KeyLease(this, slot, Take(slot, staysOut: false));
    }

    /// <summary>A key that stays until <see cref="UnloadUnused"/>, whatever the budget is: no one says when it is done with.</summary>
    public SwitchingKey? HandOut(EvaluationKeyId id)
    {
        if (!_slots.TryGetValue(id, out var slot))
            return null;
        var key = Take(slot, staysOut: true);
        Return(slot);
        return key;
    }

    /// <summary>An operation is done with a key.</summary>
    public void Return(EvaluationKeySlot slot)
    {
        lock (_gate)
        {
            slot.Leases--;
            MakeRoom(0);
        }
    }

    /// <summary>As <see cref="EvaluationKeys.UnloadUnused"/>.</summary>
    public long UnloadUnused()
    {
        lock (_gate)
        {
            long bytes = 0;
            foreach (var slot in _slots.Values)
            {
                if (slot is { Load: not null, Key: not null, IsUsed: false, Leases: 0 })
                    bytes += Drop(slot);
                slot.IsUsed = false;
            }
            return bytes;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            foreach (var slot in _slots.Values)
                slot.Dispose();
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Leases a slot, and loads its key where it has none.</summary>
    private SwitchingKey Take(EvaluationKeySlot slot, bool staysOut)
    {
        lock (_gate)
        {
            while (slot.IsLoading && !_isDisposed)
                Monitor.Wait(_gate);
            ObjectDisposedException.ThrowIf(_isDisposed, typeof(EvaluationKeys));
            slot.LastUse = ++_clock;
            slot.IsUsed = true;
            slot.Leases++;
            slot.IsHandedOut |= staysOut;
            if (slot.Key is not null)
                return slot.Key;
            slot.IsLoading = true;
            MakeRoom(slot.Bytes);
            _loadedBytes += slot.Bytes;
            _peakBytes = Math.Max(_peakBytes, _loadedBytes);
        }
        var start = Stopwatch.GetTimestamp();
        SwitchingKey? key = null;
        try
        {
            key = slot.Load!();
            return key;
        }
        finally
        {
            Finish(slot, key, Stopwatch.GetElapsedTime(start).Ticks);
        }
    }

    /// <summary>Puts a loaded key into its slot, or takes back what was done for one that could not be loaded.</summary>
    private void Finish(EvaluationKeySlot slot, SwitchingKey? key, long ticks)
    {
        lock (_gate)
        {
            slot.IsLoading = false;
            Monitor.PulseAll(_gate);
            if (key is null || _isDisposed)
            {
                key?.Dispose();
                slot.Leases--;
                slot.IsHandedOut = false;
                _loadedBytes -= slot.Bytes;
                ObjectDisposedException.ThrowIf(key is not null, typeof(EvaluationKeys));
                return;
            }
            slot.Key = key;
            _loads++;
            _ticks += ticks;
        }
    }

    /// <summary>Drops keys that nobody works with, those not used for longest first, until so many bytes fit the budget.</summary>
    private void MakeRoom(long bytes)
    {
        while (budget is { } most && _loadedBytes + bytes > most)
        {
            var idle = _slots.Values.Where(slot => slot is { Load: not null, Key: not null, Leases: 0, IsHandedOut: false });
            if (idle.MinBy(slot => slot.LastUse) is not { } oldest)
                return;
            Drop(oldest);
            _drops++;
        }
    }

    private long Drop(EvaluationKeySlot slot)
    {
        var bytes = slot.Bytes;
        slot.Dispose();
        slot.IsHandedOut = false;
        _loadedBytes -= bytes;
        return bytes;
    }
}
