using System.Runtime.CompilerServices;

namespace Crammed.Ckks.Arithmetic;

/// <summary>One lane: the portable instance, and the oracle of the wider ones.</summary>
internal readonly unsafe struct SimdScalar : ISimd<double>
{
    public static int Width => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Load(double* source) => *source;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(double* destination, double value) => *destination = value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Shuffle(double value, double pattern) => value;

    public static void WriteLanePattern(double* pattern, ReadOnlySpan<int> lanes) => *pattern = 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Broadcast(double value) => value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Add(double left, double right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Subtract(double left, double right) => left - right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Multiply(double left, double right) => left * right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double MultiplyAdd(double left, double right, double addend) => Math.FusedMultiplyAdd(left, right, addend);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double MultiplySubtract(double left, double right, double subtrahend) =>
        Math.FusedMultiplyAdd(left, right, -subtrahend);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double NegatedMultiplyAdd(double left, double right, double minuend) =>
        Math.FusedMultiplyAdd(-left, right, minuend);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Round(double value) => Math.Round(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Reverse(double value) => value;

    public static double BroadcastHalves(double low, double high) => throw new NotSupportedException("one lane has no halves");

    public static double LowerHalves(double first, double second) => throw new NotSupportedException("one lane has no halves");

    public static double UpperHalves(double first, double second) => throw new NotSupportedException("one lane has no halves");

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Deinterleave4(
        double a, double b, double c, double d, out double class0, out double class1, out double class2, out double class3)
    {
        class0 = a;
        class1 = b;
        class2 = c;
        class3 = d;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Interleave4(
        double class0, double class1, double class2, double class3, out double a, out double b, out double c, out double d)
    {
        a = class0;
        b = class1;
        c = class2;
        d = class3;
    }
}
