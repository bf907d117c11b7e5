using System.Collections.Concurrent;

namespace Crammed.Encrypted.Execution;

/// <summary>Slots in the clear, in a pooled array, with the level that a ciphertext would have.</summary>
internal sealed class ClearVector : SlotVector
{
    private static readonly ConcurrentDictionary<int, ConcurrentBag<double[]>> Pools = new();
    private static long _liveCount;
    private double[]? _values;

    private ClearVector(double[] values, int level)
    {
        Interlocked.Increment(ref _liveCount);
        _values = values;
        Level = level;
    }

    /// <summary>Vectors made and not yet freed: what a run leaves behind is a leak, on ciphertexts an expensive one.</summary>
    public static long LiveCount => Interlocked.Read(ref _liveCount);

    public override int Level { get; }

    public double[] Values => _values ?? throw new ObjectDisposedException(nameof(ClearVector));

    /// <summary>A vector whose slots hold whatever was there before: the caller writes all of them.</summary>
    public static ClearVector Create(int slots, int level) =>
        new(Pools.GetOrAdd(slots, _ => []).TryTake(out var pooled) ? pooled : new double[slots], level);

    protected override void Release()
    {
        Pools[_values!.Length].Add(_values);
        _values = null;
        Interlocked.Decrement(ref _liveCount);
    }
}
