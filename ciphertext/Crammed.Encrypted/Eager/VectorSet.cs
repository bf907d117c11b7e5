using System.Collections;
using Crammed.Encrypted.Backends;

namespace Crammed.Encrypted.Eager;

/// <summary>Vectors that an operation works with for a while and then lets go of together.</summary>
internal sealed class VectorSet(SlotVector[] vectors) : IReadOnlyList<SlotVector>, IDisposable
{
    public int Count => vectors.Length;

    public SlotVector this[int index] => vectors[index];

    /// <summary>The vectors themselves, for a new owner; dispose nothing afterwards.</summary>
    public SlotVector[] Take() => vectors;

    /// <summary>A stretch of the set; this set still owns it.</summary>
    public ArraySegment<SlotVector> Segment(int offset, int count) => new(vectors, offset, count);

    public IEnumerator<SlotVector> GetEnumerator() => ((IEnumerable<SlotVector>)vectors).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public void Dispose()
    {
        foreach (var vector in vectors)
            vector.Dispose();
    }
}
