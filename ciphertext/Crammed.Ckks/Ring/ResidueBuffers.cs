using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Crammed.Ckks.Ring;

/// <summary>
/// Aligned buffers from the operating system and back, for <see cref="ResidueMemory"/>. On Linux limbs lie in slabs of many, backed by huge
/// pages; one that is given back keeps its address and loses its memory.
/// </summary>
internal static unsafe class ResidueBuffers
{
    private const int Alignment = 64;

    /// <summary>
    /// Large allocations all begin at the same place of a page, and limbs of many ciphertexts read side by side would fight for the
    /// same sets of the first-level cache; so buffers begin at one of so many cache lines in turn.
    /// </summary>
    private const int Colours = 64;

    /// <summary>Bytes of a slab of limbs, more or less.</summary>
    private const long SlabBytes = 32L << 20;

    /// <summary>Limbs without memory, by the doubles that they hold.</summary>
    private static readonly ConcurrentDictionary<long, ConcurrentStack<nint>> Empty = new();
    private static readonly Lock SlabLock = new();
    private static int _nextColour;

    /// <summary>Doubles that a buffer holds.</summary>
    public static long CapacityOf(double* buffer) => HeaderOf(buffer)->Capacity;

    /// <exception cref="OutOfMemoryException">there is no room</exception>
    public static double* Allocate(long count)
    {
        var offset = Alignment + NextColour();
        var bytes = count * sizeof(double) + offset;
        var allocation = NativePages.IsLarge(bytes)
            ? NativePages.Map(bytes)
            : (byte*)NativeMemory.AlignedAlloc((nuint)bytes, Alignment);
        return WithHeader(allocation + offset, new Header { Allocation = allocation, Bytes = bytes, Capacity = count });
    }

    /// <summary>A limb, of a slab where it is large.</summary>
    /// <exception cref="OutOfMemoryException">there is no room</exception>
    public static double* AllocateLimb(long count)
    {
        if (!NativePages.IsLarge(SlabBytes) || count * sizeof(double) < NativePages.PageSize)
            return Allocate(count);
        var empty = Empty.GetOrAdd(count, static _ => new ConcurrentStack<nint>());
        if (empty.TryPop(out var limb))
            return (double*)limb;
        lock (SlabLock)
        {
            if (!empty.TryPop(out limb))
                limb = (nint)MapSlab(count, empty);
        }
        return (double*)limb;
    }

    /// <summary>Gives a buffer's memory back.</summary>
    public static void Free(double* buffer)
    {
        var header = *HeaderOf(buffer);
        if (header.Allocation == null)
        {
            // What lies between the buffer and its pages stays, the header among it.
            NativePages.Empty((byte*)buffer, header.Capacity * sizeof(double));
            Empty[header.Capacity].Push((nint)buffer);
        }
        else if (NativePages.IsLarge(header.Bytes))
            NativePages.Unmap(header.Allocation, header.Bytes);
        else
            NativeMemory.AlignedFree(header.Allocation);
    }

    /// <summary>A slab's first limb; the others are empty until they are written to.</summary>
    private static double* MapSlab(long count, ConcurrentStack<nint> empty)
    {
        var step = (count * sizeof(double) + 2 * Alignment - 1) / Alignment * Alignment;
        var limbs = Math.Max(1, SlabBytes / step);
        var colour = NextColour();
        var memory = NativePages.Map(limbs * step + colour) + colour;
        for (var limb = limbs - 1; ; limb--)
        {
            var buffer = WithHeader(memory + limb * step + Alignment, new Header { Capacity = count });
            if (limb == 0)
                return buffer;
            empty.Push((nint)buffer);
        }
    }

    private static int NextColour() => (int)((uint)Interlocked.Add(ref _nextColour, 5) % Colours) * Alignment;

    private static double* WithHeader(byte* place, Header header)
    {
        var buffer = (double*)place;
        *HeaderOf(buffer) = header;
        return buffer;
    }

    private static Header* HeaderOf(double* buffer) => (Header*)((byte*)buffer - Alignment);

    /// <summary>The line before a buffer tells of its allocation.</summary>
    private struct Header
    {
        /// <summary>Null for a limb of a slab.</summary>
        public byte* Allocation;

        public long Bytes;

        public long Capacity;
    }
}
