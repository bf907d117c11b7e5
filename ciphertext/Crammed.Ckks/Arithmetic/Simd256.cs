using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Crammed.Ckks.Arithmetic;

/// <summary>Four lanes; needs AVX2 and FMA3.</summary>
internal readonly unsafe struct Simd256 : ISimd<Vector256<double>>
{
    public static int Width => 4;

    public static bool IsSupported => Avx2.IsSupported && Fma.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Load(double* source) => Avx.LoadVector256(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(double* destination, Vector256<double> value) => Avx.Store(destination, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Broadcast(double value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Add(Vector256<double> left, Vector256<double> right) => Avx.Add(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Subtract(Vector256<double> left, Vector256<double> right) => Avx.Subtract(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Multiply(Vector256<double> left, Vector256<double> right) => Avx.Multiply(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> MultiplyAdd(Vector256<double> left, Vector256<double> right, Vector256<double> addend) =>
        Fma.MultiplyAdd(left, right, addend);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> MultiplySubtract(
        Vector256<double> left, Vector256<double> right, Vector256<double> subtrahend) =>
        Fma.MultiplySubtract(left, right, subtrahend);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> NegatedMultiplyAdd(
        Vector256<double> left, Vector256<double> right, Vector256<double> minuend) =>
        Fma.MultiplyAddNegated(left, right, minuend);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Round(Vector256<double> value) => Avx.RoundToNearestInteger(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Shuffle(Vector256<double> value, Vector256<double> pattern) =>
        Avx2.PermuteVar8x32(value.AsInt32(), pattern.AsInt32()).AsDouble();

    public static void WriteLanePattern(double* pattern, ReadOnlySpan<int> lanes)
    {
        // The shuffle moves halves of doubles.
        for (var i = 0; i < 4; i++)
        {
            ((int*)pattern)[2 * i] = 2 * lanes[i];
            ((int*)pattern)[2 * i + 1] = 2 * lanes[i] + 1;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Reverse(Vector256<double> value) => Avx2.Permute4x64(value, 0b00_01_10_11);

    public static Vector256<double> BroadcastHalves(double low, double high) =>
        throw new NotSupportedException("only eight-lane kernels split halves");

    public static Vector256<double> LowerHalves(Vector256<double> first, Vector256<double> second) =>
        throw new NotSupportedException("only eight-lane kernels split halves");

    public static Vector256<double> UpperHalves(Vector256<double> first, Vector256<double> second) =>
        throw new NotSupportedException("only eight-lane kernels split halves");

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Deinterleave4(
        Vector256<double> a, Vector256<double> b, Vector256<double> c, Vector256<double> d,
        out Vector256<double> class0, out Vector256<double> class1, out Vector256<double> class2, out Vector256<double> class3)
    {
        // A 4 x 4 transposition: lanes of row pairs first, then 128-bit halves.
        var evenAb = Avx.UnpackLow(a, b);
        var oddAb = Avx.UnpackHigh(a, b);
        var evenCd = Avx.UnpackLow(c, d);
        var oddCd = Avx.UnpackHigh(c, d);
        class0 = Avx.Permute2x128(evenAb, evenCd, 0x20);
        class1 = Avx.Permute2x128(oddAb, oddCd, 0x20);
        class2 = Avx.Permute2x128(evenAb, evenCd, 0x31);
        class3 = Avx.Permute2x128(oddAb, oddCd, 0x31);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Interleave4(
        Vector256<double> class0, Vector256<double> class1, Vector256<double> class2, Vector256<double> class3,
        out Vector256<double> a, out Vector256<double> b, out Vector256<double> c, out Vector256<double> d) =>
        Deinterleave4(class0, class1, class2, class3, out a, out b, out c, out d);
}
