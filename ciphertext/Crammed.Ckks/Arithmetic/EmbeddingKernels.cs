using System.Runtime.Intrinsics;

namespace Crammed.Ckks.Arithmetic;

/// <summary>
/// Bulk arithmetic on real and complex numbers in double precision, for the canonical embedding. Complex vectors are split: real and
/// imaginary parts have arrays of their own. All instances give the same bits.
/// </summary>
internal abstract unsafe class EmbeddingKernels
{
    private const int TileBits = 3;
    private const int Tile = 1 << TileBits;

    private static readonly EmbeddingKernels Lanes8 = new SimdEmbeddingKernels<Simd512, Vector512<double>>();
    private static readonly EmbeddingKernels Lanes4 = new SimdEmbeddingKernels<Simd256, Vector256<double>>();
    private static readonly EmbeddingKernels Lane1 = new SimdEmbeddingKernels<SimdScalar, double>();

    private static ReadOnlySpan<byte> ReversedInTile => [0, 4, 2, 6, 1, 5, 3, 7];

    /// <summary>The kernels with vectors of so many doubles: 8, 4 or 1.</summary>
    public static EmbeddingKernels OfWidth(int width) => width switch
    {
        8 => Lanes8,
        4 => Lanes4,
        1 => Lane1,
        _ => throw new ArgumentOutOfRangeException(nameof(width), width, "vectors have 8, 4 or 1 lanes"),
    };

    /// <summary>
    /// Slots z_j = m(ω^(5^j)), ω = exp(2πi / (4 <paramref name="count"/>)), in their natural order to the complex coefficients of m times
    /// <paramref name="count"/> in bit-reversed order, in place. The count is a power of two that the roots serve.
    /// </summary>
    public abstract void FromSlots(double* real, double* imaginary, int count, EmbeddingRoots roots);

    /// <summary>Complex coefficients in bit-reversed order to slots in their natural order, in place.</summary>
    public abstract void ToSlots(double* real, double* imaginary, int count, EmbeddingRoots roots);

    /// <summary>
    /// destination = factor * (digits[0] + digits[1] moduli[0] + digits[2] moduli[0] moduli[1] + ...), by Horner's rule: for centred
    /// digits a relative error of at most <paramref name="count"/> 2^-53, since a step rounds only what has passed 2^53.
    /// </summary>
    public abstract void MixedRadixToReal(
        double* destination, double** digits, double* moduli, int count, double factor, int length);

    /// <summary>
    /// Splits integers into digits in base 2^<paramref name="digitBits"/>: values = Σ_k digits[k] 2^(k digitBits) exactly, with
    /// |digits[k]| &lt;= 2^(digitBits - 1) for all but the last digit, which takes what is left. The values are used up.
    /// </summary>
    public abstract void SplitIntegers(double** digits, double* values, int count, int digitBits, int length);

    /// <summary>destination[rev(i)] = source[i], rev reversing the bits of an index; the arrays must not overlap.</summary>
    /// <remarks>Tiles of eight by eight pass through the nearest cache, so that each cache line is read and written once.</remarks>
    public static void BitReverse(double* destination, double* source, int length)
    {
        var bits = System.Numerics.BitOperations.Log2((uint)length);
        if (bits < 2 * TileBits)
        {
            for (var i = 0; i < length; i++)
                destination[Reverse(i, bits)] = source[i];
            return;
        }
        var tile = stackalloc double[Tile * Tile];
        var stride = length >> TileBits;
        for (var middle = 0; middle < stride >> TileBits; middle++)
        {
            var from = source + (middle << TileBits);
            var to = destination + (Reverse(middle, bits - 2 * TileBits) << TileBits);
            for (var row = 0; row < Tile; row++)
                Vector512.Store(Vector512.Load(from + row * stride), tile + ReversedInTile[row] * Tile);
            for (var column = 0; column < Tile; column++)
            {
                var line = to + ReversedInTile[column] * stride;
                for (var row = 0; row < Tile; row++)
                    line[row] = tile[row * Tile + column];
            }
        }
    }

    /// <summary>The largest size of a value; NaN if there is one.</summary>
    public static double LargestMagnitude(ReadOnlySpan<double> values)
    {
        var largest = Vector256<double>.Zero;
        var i = 0;
        for (; i <= values.Length - Vector256<double>.Count; i += Vector256<double>.Count)
            largest = Vector256.Max(largest, Vector256.Abs(Vector256.Create(values[i..])));
        double result = 0;
        for (var lane = 0; lane < Vector256<double>.Count; lane++)
            result = Math.Max(result, largest[lane]);
        for (; i < values.Length; i++)
            result = Math.Max(result, Math.Abs(values[i]));
        return result;
    }

    private static int Reverse(int index, int bits)
    {
        var reversed = 0;
        for (var i = 0; i < bits; i++, index >>= 1)
            reversed = reversed << 1 | index & 1;
        return reversed;
    }
}
