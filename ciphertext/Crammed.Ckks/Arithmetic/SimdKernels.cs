using System.Runtime.CompilerServices;

namespace Crammed.Ckks.Arithmetic;

/// <summary>The kernels, written once over <see cref="ISimd{TVector}"/>; this part holds the element-wise ones.</summary>
internal sealed unsafe partial class SimdKernels<TSimd, TVector> : VectorKernels
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
{
    public override int Width => TSimd.Width;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Add(double* destination, double* left, double* right, int length, Modulus modulus)
    {
        TVector p = TSimd.Broadcast(modulus.P), inverse = TSimd.Broadcast(modulus.Inverse);
        for (var i = 0; i < length; i += TSimd.Width)
            TSimd.Store(destination + i, ReduceLanes(TSimd.Add(TSimd.Load(left + i), TSimd.Load(right + i)), p, inverse));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Subtract(double* destination, double* left, double* right, int length, Modulus modulus)
    {
        TVector p = TSimd.Broadcast(modulus.P), inverse = TSimd.Broadcast(modulus.Inverse);
        for (var i = 0; i < length; i += TSimd.Width)
            TSimd.Store(destination + i, ReduceLanes(TSimd.Subtract(TSimd.Load(left + i), TSimd.Load(right + i)), p, inverse));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Negate(double* destination, double* source, int length)
    {
        var zero = TSimd.Broadcast(0);
        for (var i = 0; i < length; i += TSimd.Width)
            TSimd.Store(destination + i, TSimd.Subtract(zero, TSimd.Load(source + i)));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Reduce(double* destination, double* source, int length, Modulus modulus)
    {
        TVector p = TSimd.Broadcast(modulus.P), inverse = TSimd.Broadcast(modulus.Inverse);
        for (var i = 0; i < length; i += TSimd.Width)
        {
            // The first step leaves p/2 + |u| 2^-52, up to 1.5 p for the largest inputs; the second one centres.
            var once = ReduceLanes(TSimd.Load(source + i), p, inverse);
            TSimd.Store(destination + i, ReduceLanes(once, p, inverse));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Multiply(double* destination, double* left, double* right, int length, Modulus modulus)
    {
        TVector p = TSimd.Broadcast(modulus.P), inverse = TSimd.Broadcast(modulus.Inverse);
        for (var i = 0; i < length; i += TSimd.Width)
            TSimd.Store(destination + i, MultiplyLanes(TSimd.Load(left + i), TSimd.Load(right + i), p, inverse));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void MultiplyAdd(double* accumulator, double* left, double* right, int length, Modulus modulus)
    {
        TVector p = TSimd.Broadcast(modulus.P), inverse = TSimd.Broadcast(modulus.Inverse);
        for (var i = 0; i < length; i += TSimd.Width)
        {
            var product = MultiplyLanes(TSimd.Load(left + i), TSimd.Load(right + i), p, inverse);
            TSimd.Store(accumulator + i, ReduceLanes(TSimd.Add(TSimd.Load(accumulator + i), product), p, inverse));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void MultiplyConstant(double* destination, double* source, double factor, int length, Modulus modulus)
    {
        TVector p = TSimd.Broadcast(modulus.P), inverse = TSimd.Broadcast(modulus.Inverse), w = TSimd.Broadcast(factor);
        for (var i = 0; i < length; i += TSimd.Width)
            TSimd.Store(destination + i, MultiplyLanes(TSimd.Load(source + i), w, p, inverse));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void MultiplyConstantAdd(double* accumulator, double* source, double factor, int length, Modulus modulus)
    {
        TVector p = TSimd.Broadcast(modulus.P), inverse = TSimd.Broadcast(modulus.Inverse), w = TSimd.Broadcast(factor);
        for (var i = 0; i < length; i += TSimd.Width)
        {
            var product = MultiplyLanes(TSimd.Load(source + i), w, p, inverse);
            TSimd.Store(accumulator + i, ReduceLanes(TSimd.Add(TSimd.Load(accumulator + i), product), p, inverse));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void AddConstant(double* destination, double* source, double constant, int length, Modulus modulus)
    {
        TVector p = TSimd.Broadcast(modulus.P), inverse = TSimd.Broadcast(modulus.Inverse), c = TSimd.Broadcast(constant);
        for (var i = 0; i < length; i += TSimd.Width)
            TSimd.Store(destination + i, ReduceLanes(TSimd.Add(TSimd.Load(source + i), c), p, inverse));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void SubtractMultiply(
        double* destination, double* minuend, double* subtrahend, double factor, int length, Modulus modulus)
    {
        TVector p = TSimd.Broadcast(modulus.P), inverse = TSimd.Broadcast(modulus.Inverse), w = TSimd.Broadcast(factor);
        for (var i = 0; i < length; i += TSimd.Width)
        {
            var difference = TSimd.Subtract(TSimd.Load(minuend + i), TSimd.Load(subtrahend + i));
            TSimd.Store(destination + i, MultiplyLanes(difference, w, p, inverse));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void SubtractMultiplyAdd(
        double* destination, double* minuend, double* subtrahend, double factor, double* addend, double addendFactor, int length,
        Modulus modulus)
    {
        TVector p = TSimd.Broadcast(modulus.P), inverse = TSimd.Broadcast(modulus.Inverse), w = TSimd.Broadcast(factor);
        var v = TSimd.Broadcast(addendFactor);
        for (var i = 0; i < length; i += TSimd.Width)
        {
            var difference = TSimd.Subtract(TSimd.Load(minuend + i), TSimd.Load(subtrahend + i));
            var sum = TSimd.Add(MultiplyLanes(difference, w, p, inverse), MultiplyLanes(TSimd.Load(addend + i), v, p, inverse));
            TSimd.Store(destination + i, ReduceLanes(sum, p, inverse));
        }
    }

    public override void WriteLanePattern(double* pattern, ReadOnlySpan<int> lanes) => TSimd.WriteLanePattern(pattern, lanes);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void PermuteBlocks(double* destination, double* source, int* codes, double* patterns, int length)
    {
        var patternMask = TSimd.Width - 1;
        for (var i = 0; i < length; i += TSimd.Width)
        {
            var code = *codes++;
            var pattern = code & patternMask;
            var value = TSimd.Load(source + (code - pattern));
            TSimd.Store(destination + i, TSimd.Shuffle(value, TSimd.Load(patterns + pattern * TSimd.Width)));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void ScaleAndRound(double* destination, double* source, double factor, int length)
    {
        var f = TSimd.Broadcast(factor);
        for (var i = 0; i < length; i += TSimd.Width)
            TSimd.Store(destination + i, TSimd.Round(TSimd.Multiply(TSimd.Load(source + i), f)));
    }

    /// <summary>left * right modulo p: |result| &lt;= p/2 + 1.5 |left * right| 2^-52.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector MultiplyLanes(TVector left, TVector right, TVector p, TVector inverse)
    {
        var high = TSimd.Multiply(left, right);
        var quotient = TSimd.Round(TSimd.Multiply(high, inverse));
        var low = TSimd.MultiplySubtract(left, right, high);
        return TSimd.Add(TSimd.NegatedMultiplyAdd(quotient, p, high), low);
    }

    /// <summary>value modulo p: |result| &lt;= p/2 + |value| 2^-52.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector ReduceLanes(TVector value, TVector p, TVector inverse) =>
        TSimd.NegatedMultiplyAdd(TSimd.Round(TSimd.Multiply(value, inverse)), p, value);
}
