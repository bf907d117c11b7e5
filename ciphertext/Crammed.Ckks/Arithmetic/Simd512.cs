using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Crammed.Ckks.Arithmetic;

/// <summary>
/// Eight lanes. Without AVX-512 every operation falls back to portable code: slow, but the same results, so that the eight-lane
/// kernels are tested on any machine.
/// </summary>
internal readonly unsafe struct Simd512 : ISimd<Vector512<double>>
{
    private const byte NearestEvenNoException = 0x08;

    public static int Width => 8;

    public static bool IsSupported => Avx512F.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Load(double* source) => Vector512.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(double* destination, Vector512<double> value) => Vector512.Store(value, destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Broadcast(double value) => Vector512.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Add(Vector512<double> left, Vector512<double> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Subtract(Vector512<double> left, Vector512<double> right) => left - right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Multiply(Vector512<double> left, Vector512<double> right) => left * right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> MultiplyAdd(Vector512<double> left, Vector512<double> right, Vector512<double> addend) =>
        Avx512F.IsSupported ? Avx512F.FusedMultiplyAdd(left, right, addend) : Vector512.FusedMultiplyAdd(left, right, addend);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> MultiplySubtract(
        Vector512<double> left, Vector512<double> right, Vector512<double> subtrahend) =>
        Avx512F.IsSupported
            ? Avx512F.FusedMultiplySubtract(left, right, subtrahend)
            : Vector512.FusedMultiplyAdd(left, right, -subtrahend);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> NegatedMultiplyAdd(
        Vector512<double> left, Vector512<double> right, Vector512<double> minuend) =>
        Avx512F.IsSupported
            ? Avx512F.FusedMultiplyAddNegated(left, right, minuend)
            : Vector512.FusedMultiplyAdd(-left, right, minuend);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Round(Vector512<double> value) =>
        Avx512F.IsSupported ? Avx512F.RoundScale(value, NearestEvenNoException) : Vector512.Round(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Shuffle(Vector512<double> value, Vector512<double> pattern) =>
        Avx512F.IsSupported
            ? Avx512F.PermuteVar8x64(value, pattern.AsInt64())
            : SelectPortably(value, value, pattern.AsInt64());

    public static void WriteLanePattern(double* pattern, ReadOnlySpan<int> lanes)
    {
        for (var i = 0; i < 8; i++)
            ((long*)pattern)[i] = lanes[i];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Reverse(Vector512<double> value) =>
        Vector512.Shuffle(value, Vector512.Create(7L, 6, 5, 4, 3, 2, 1, 0));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> BroadcastHalves(double low, double high) =>
        Vector512.Create(Vector256.Create(low), Vector256.Create(high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> LowerHalves(Vector512<double> first, Vector512<double> second) =>
        Vector512.Create(first.GetLower(), second.GetLower());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> UpperHalves(Vector512<double> first, Vector512<double> second) =>
        Vector512.Create(first.GetUpper(), second.GetUpper());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Deinterleave4(
        Vector512<double> a, Vector512<double> b, Vector512<double> c, Vector512<double> d,
        out Vector512<double> class0, out Vector512<double> class1, out Vector512<double> class2, out Vector512<double> class3)
    {
        var even = Vector512.Create(0L, 2, 4, 6, 8, 10, 12, 14);
        var odd = Vector512.Create(1L, 3, 5, 7, 9, 11, 13, 15);
        var evenAb = Select(a, b, even);
        var oddAb = Select(a, b, odd);
        var evenCd = Select(c, d, even);
        var oddCd = Select(c, d, odd);
        class0 = Select(evenAb, evenCd, even);
        class1 = Select(oddAb, oddCd, even);
        class2 = Select(evenAb, evenCd, odd);
        class3 = Select(oddAb, oddCd, odd);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Interleave4(
        Vector512<double> class0, Vector512<double> class1, Vector512<double> class2, Vector512<double> class3,
        out Vector512<double> a, out Vector512<double> b, out Vector512<double> c, out Vector512<double> d)
    {
        var low = Vector512.Create(0L, 8, 1, 9, 2, 10, 3, 11);
        var high = Vector512.Create(4L, 12, 5, 13, 6, 14, 7, 15);
        var evenAb = Select(class0, class2, low);
        var evenCd = Select(class0, class2, high);
        var oddAb = Select(class1, class3, low);
        var oddCd = Select(class1, class3, high);
        a = Select(evenAb, oddAb, low);
        b = Select(evenAb, oddAb, high);
        c = Select(evenCd, oddCd, low);
        d = Select(evenCd, oddCd, high);
    }

    /// <summary>Lane i is element indices[i] of the sixteen of <paramref name="first"/> and <paramref name="second"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Select(Vector512<double> first, Vector512<double> second, Vector512<long> indices) =>
        Avx512F.IsSupported ? Avx512F.PermuteVar8x64x2(first, indices, second) : SelectPortably(first, second, indices);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Vector512<double> SelectPortably(Vector512<double> first, Vector512<double> second, Vector512<long> indices)
    {
        var both = stackalloc double[16];
        Vector512.Store(first, both);
        Vector512.Store(second, both + 8);
        var chosen = stackalloc double[8];
        for (var lane = 0; lane < 8; lane++)
            chosen[lane] = both[indices.GetElement(lane)];
        return Vector512.Load(chosen);
    }
}
