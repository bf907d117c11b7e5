using System.Collections.Concurrent;
using Crammed.Ckks.Ring;

namespace Crammed.Ckks;

/// <summary>
/// The pool of 64-byte aligned native memory that all polynomials live in. A returned buffer is kept for the next request of its
/// size, or of a little less where it is no limb, up to <see cref="MaxCachedBytes"/>, and as long as all together is within
/// <see cref="MaxBytes"/>; beyond that it goes back to the operating system. Nothing here is collected by the garbage collector: who holds a ciphertext, plaintext or key disposes it.
/// </summary>
public static unsafe class ResidueMemory
{
    /// <summary>
    /// How much larger than asked for a buffer may be, so that those of one level serve the next ones: otherwise a circuit that goes down a
    /// chain of levels would leave idle buffers of every size behind.
    /// </summary>
    private const double LargestSlack = 1.25;

    /// <summary>The same where memory is bounded: what is too large of a buffer is not there for others.</summary>
    private const double LargestBoundedSlack = 1.1;

    /// <summary>Idle buffers by the doubles that they hold.</summary>
    private static readonly ConcurrentDictionary<long, ConcurrentStack<nint>> Idle = new();
    private static long _liveBuffers;
    private static long _liveBytes;
    private static long _cachedBytes;
    private static long _peakBytes;
    private static long _freshBuffers;

    /// <summary>Polynomials whose memory is not yet returned, however many buffers they have: a test that ends where it began has leaked none.</summary>
    public static long LiveBuffers => Interlocked.Read(ref _liveBuffers);

    /// <summary>Bytes handed out and not yet returned.</summary>
    public static long LiveBytes => Interlocked.Read(ref _liveBytes);

    /// <summary>Bytes kept for reuse.</summary>
    public static long CachedBytes => Interlocked.Read(ref _cachedBytes);

    /// <summary>The most bytes that are kept for reuse; 2 GiB unless set.</summary>
    public static long MaxCachedBytes { get; set; } = 2L << 30;

    /// <summary>
    /// What is handed out and kept for reuse together: idle buffers make room for new ones of other sizes. What is handed out alone may pass it:
    /// nobody is refused. No bound unless set.
    /// </summary>
    public static long MaxBytes { get; set; } = long.MaxValue;

    /// <summary>The most bytes that were handed out and kept for reuse together, since the last <see cref="ResetPeak"/>.</summary>
    public static long PeakBytes => Interlocked.Read(ref _peakBytes);

    /// <summary>Buffers that were taken from the operating system: where the number grows, the pool has too few of a size.</summary>
    public static long FreshBuffers => Interlocked.Read(ref _freshBuffers);

    /// <summary>Begins a new peak at what there is now.</summary>
    public static void ResetPeak() => Interlocked.Exchange(ref _peakBytes, LiveBytes + CachedBytes);

    /// <summary>Gives every buffer kept for reuse back to the operating system.</summary>
    public static void Trim()
    {
        foreach ((var capacity, var stack) in Idle)
        {
            while (stack.TryPop(out var address))
            {
                Interlocked.Add(ref _cachedBytes, -capacity * sizeof(double));
                ResidueBuffers.Free((double*)address);
            }
        }
    }

    /// <summary>A polynomial takes memory, or has given all of it back.</summary>
    internal static void NotePolynomial(int change) => Interlocked.Add(ref _liveBuffers, change);

    /// <summary>Memory for so many doubles; its contents are arbitrary.</summary>
    internal static double* Rent(long count) => Rent(count, isLimb: false);

    /// <summary>The same for a limb: of a ring all have one size, so whatever is given back serves whatever is asked for next.</summary>
    internal static double* RentLimb(long count) => Rent(count, isLimb: true);

    internal static void Return(double* memory)
    {
        long capacity = ResidueBuffers.CapacityOf(memory), bytes = capacity * sizeof(double);
        Interlocked.Add(ref _liveBytes, -bytes);
        if (Interlocked.Add(ref _cachedBytes, bytes) is var cached && cached <= MaxCachedBytes && LiveBytes + cached <= MaxBytes)
        {
            Idle.GetOrAdd(capacity, static _ => new ConcurrentStack<nint>()).Push((nint)memory);
        }
        else
        {
            Interlocked.Add(ref _cachedBytes, -bytes);
            ResidueBuffers.Free(memory);
        }
    }

    private static double* Rent(long count, bool isLimb)
    {
        var buffer = TryPop(count);
        if (buffer == null && !isLimb)
            buffer = TryPopLarger(count);
        var isFresh = buffer == null;
        if (isFresh)
        {
            MakeRoom(count * sizeof(double));
            buffer = isLimb ? ResidueBuffers.AllocateLimb(count) : ResidueBuffers.Allocate(count);
        }
        Interlocked.Add(ref _liveBytes, ResidueBuffers.CapacityOf(buffer) * sizeof(double));
        if (isFresh)
            NotePeak();
        return buffer;
    }

    private static double* TryPop(long capacity)
    {
        if (!Idle.TryGetValue(capacity, out var stack) || !stack.TryPop(out var address))
            return null;
        Interlocked.Add(ref _cachedBytes, -capacity * sizeof(double));
        return (double*)address;
    }

    /// <summary>The smallest idle buffer that is larger than asked for, but not by much.</summary>
    private static double* TryPopLarger(long count)
    {
        long limit = (long)(count * (MaxBytes == long.MaxValue ? LargestSlack : LargestBoundedSlack)), best = long.MaxValue;
        foreach ((var capacity, var stack) in Idle)
        {
            if (capacity > count && capacity <= limit && capacity < best && !stack.IsEmpty)
                best = capacity;
        }
        return best == long.MaxValue ? null : TryPop(best);
    }

    /// <summary>Gives idle buffers back, the largest sizes first, until there is room for so many bytes or none is left.</summary>
    private static void MakeRoom(long bytes)
    {
        while (LiveBytes + CachedBytes + bytes > MaxBytes)
        {
            var largest = Idle.Where(entry => !entry.Value.IsEmpty).Select(entry => entry.Key).DefaultIfEmpty(0).Max();
            if (largest == 0)
                return;
            var buffer = TryPop(largest);
            if (buffer != null)
                ResidueBuffers.Free(buffer);
        }
    }

    private static void NotePeak()
    {
        Interlocked.Increment(ref _freshBuffers);
        var total = LiveBytes + CachedBytes;
        for (var peak = PeakBytes; total > peak;)
        {
            var before = Interlocked.CompareExchange(ref _peakBytes, total, peak);
            if (before == peak)
                return;
            peak = before;
        }
    }
}
