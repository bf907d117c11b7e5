namespace Crammed.Ckks.Arithmetic;

/// <summary>
/// A vector of doubles and the few operations that the kernels need; each kernel is written once over this interface.
/// Every operation rounds each lane as IEEE 754 does (to nearest, ties to even), so all instances give the same bits.
/// </summary>
/// <typeparam name="TVector">the register type: <c>Vector512&lt;double&gt;</c>, <c>Vector256&lt;double&gt;</c> or <c>double</c></typeparam>
internal unsafe interface ISimd<TVector>
    where TVector : unmanaged
{
    /// <summary>Doubles per vector: 8, 4 or 1.</summary>
    static abstract int Width { get; }

    static abstract TVector Load(double* source);

    static abstract void Store(double* destination, TVector value);

    static abstract TVector Broadcast(double value);

    static abstract TVector Add(TVector left, TVector right);

    static abstract TVector Subtract(TVector left, TVector right);

    static abstract TVector Multiply(TVector left, TVector right);

    /// <summary>left * right + addend, rounded once.</summary>
    static abstract TVector MultiplyAdd(TVector left, TVector right, TVector addend);

    /// <summary>left * right - subtrahend, rounded once.</summary>
    static abstract TVector MultiplySubtract(TVector left, TVector right, TVector subtrahend);

    /// <summary>minuend - left * right, rounded once.</summary>
    static abstract TVector NegatedMultiplyAdd(TVector left, TVector right, TVector minuend);

    /// <summary>Each lane rounded to the nearest integer, ties to even.</summary>
    static abstract TVector Round(TVector value);

    /// <summary>Lane i is lane lanes[i] of the value, for lanes that <see cref="WriteLanePattern"/> put into a vector.</summary>
    static abstract TVector Shuffle(TVector value, TVector pattern);

    /// <summary>Writes the vector that makes <see cref="Shuffle"/> take these lanes.</summary>
    static abstract void WriteLanePattern(double* pattern, ReadOnlySpan<int> lanes);

    /// <summary>The lanes in reverse order.</summary>
    static abstract TVector Reverse(TVector value);

    /// <summary>The lower half filled with <paramref name="low"/>, the upper one with <paramref name="high"/>; width 8 only.</summary>
    static abstract TVector BroadcastHalves(double low, double high);

    /// <summary>The lower halves of both vectors, side by side; width 8 only.</summary>
    static abstract TVector LowerHalves(TVector first, TVector second);

    /// <summary>The upper halves of both vectors, side by side; width 8 only.</summary>
    static abstract TVector UpperHalves(TVector first, TVector second);

    /// <summary>
    /// Splits 4 * Width consecutive elements (a, then b, c, d) by their index modulo 4, each class in ascending order:
    /// a column access to rows of four. One-lane vectors stay as they are.
    /// </summary>
    static abstract void Deinterleave4(
        TVector a, TVector b, TVector c, TVector d, out TVector class0, out TVector class1, out TVector class2, out TVector class3);

    /// <summary>The inverse of <see cref="Deinterleave4"/>.</summary>
    static abstract void Interleave4(
        TVector class0, TVector class1, TVector class2, TVector class3, out TVector a, out TVector b, out TVector c, out TVector d);
}
