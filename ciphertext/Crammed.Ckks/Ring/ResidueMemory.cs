using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Crammed.Ckks.Ring;

namespace Crammed.Ckks;

/// <summary>
/// The pool of 64-byte aligned native memory that all polynomials live in. A returned buffer is kept for the next request of the
/// same size, up to <see cref="MaxCachedBytes"/>; beyond that it goes back to the operating system. Nothing here is collected
/// by the garbage collector: who holds a ciphertext, plaintext or key disposes it.
/// </summary>
public static unsafe class ResidueMemory
{
    private const int Alignment = 64;

    /// <summary>
    /// Large allocations all begin at the same place of a page, and limbs of many ciphertexts read side by side would fight for the
    /// same sets of the first-level cache; so buffers begin at one of so many cache lines in turn.
    /// </summary>
    private const int Colours = 64;

    private static readonly ConcurrentDictionary<long, ConcurrentStack<nint>> Idle = new();
    private static long s_liveBuffers;
    private static long s_liveBytes;
    private static long s_cachedBytes;
    private static int s_nextColour;

    /// <summary>Buffers handed out and not yet returned: a test that ends where it began has leaked none.</summary>
    public static long LiveBuffers => Interlocked.Read(ref s_liveBuffers);

    /// <summary>Bytes handed out and not yet returned.</summary>
    public static long LiveBytes => Interlocked.Read(ref s_liveBytes);

    /// <summary>Bytes kept for reuse.</summary>
    public static long CachedBytes => Interlocked.Read(ref s_cachedBytes);

    /// <summary>The most bytes that are kept for reuse; 2 GiB unless set.</summary>
    public static long MaxCachedBytes { get; set; } = 2L << 30;

    /// <summary>Gives every buffer kept for reuse back to the operating system.</summary>
    public static void Trim()
    {
        foreach ((long count, ConcurrentStack<nint> stack) in Idle)
        {
            while (stack.TryPop(out nint address))
            {
                Interlocked.Add(ref s_cachedBytes, -count * sizeof(double));
                Free((double*)address);
            }
        }
    }

    /// <summary>Memory for so many doubles; its contents are arbitrary.</summary>
    internal static double* Rent(long count)
    {
        nint address;
        if (Idle.TryGetValue(count, out ConcurrentStack<nint>? stack) && stack.TryPop(out address))
            Interlocked.Add(ref s_cachedBytes, -count * sizeof(double));
        else
            address = (nint)Allocate(count);
        Interlocked.Increment(ref s_liveBuffers);
        Interlocked.Add(ref s_liveBytes, count * sizeof(double));
        return (double*)address;
    }

    internal static void Return(double* memory, long count)
    {
        Interlocked.Decrement(ref s_liveBuffers);
        Interlocked.Add(ref s_liveBytes, -count * sizeof(double));
        if (Interlocked.Add(ref s_cachedBytes, count * sizeof(double)) <= MaxCachedBytes)
        {
            Idle.GetOrAdd(count, static _ => new ConcurrentStack<nint>()).Push((nint)memory);
        }
        else
        {
            Interlocked.Add(ref s_cachedBytes, -count * sizeof(double));
            Free(memory);
        }
    }

    /// <summary>The line before the buffer holds the address of the allocation.</summary>
    private static double* Allocate(long count)
    {
        int colour = (int)((uint)Interlocked.Add(ref s_nextColour, 5) % Colours);
        nuint offset = (nuint)(1 + colour) * Alignment;
        nuint bytes = (nuint)count * sizeof(double) + offset;
        byte* allocation = (byte*)NativeMemory.AlignedAlloc(bytes, Alignment);
        HugePages.Advise(allocation, (long)bytes);
        byte* buffer = allocation + offset;
        *(void**)(buffer - Alignment) = allocation;
        return (double*)buffer;
    }

    private static void Free(double* buffer) => NativeMemory.AlignedFree(*(void**)((byte*)buffer - Alignment));
}
