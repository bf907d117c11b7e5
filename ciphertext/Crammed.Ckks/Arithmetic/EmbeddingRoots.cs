using System.Runtime.CompilerServices;

namespace Crammed.Ckks.Arithmetic;

/// <summary>
/// Roots of unity of the embedding's stages for all slot counts up to a largest one: w_h[j] = exp(2πi 5^j / (8h)) belongs to the stage
/// that joins halves of h values. Each root is correctly rounded but for an error of about half a unit in the last place.
/// </summary>
/// <remarks>
/// A radix-4 pass on blocks of 4q values does the stages h = q and h = 2q. Since 5^q = 1 + 12q modulo 16q for q &gt;= 2 (and 1 + 4q for
/// q = 1), w_2q[j + q] = -i w_2q[j] (i for q = 1), so that the pass needs w = w_2q[j] for j &lt; q, its square w_q[j] and its cube only.
/// Passes have q = 1, 4, 16, ...; for an odd logarithm of the slot count a radix-2 stage of half as many values comes beside them, whose
/// roots are the squares of the pass q = h.
/// </remarks>
internal sealed unsafe class EmbeddingRoots
{
    /// <summary>Roots of a pass are repeated to fill a vector, so that a vector may hold two blocks of four.</summary>
    private const int LeastStride = 8;

    private const int Alignment = 8;

    private readonly double[] _memory;
    private readonly double* _passes;
    private readonly double* _leading;

    public EmbeddingRoots(int largestCount)
    {
        var half = largestCount / 2;
        var hasLeading = System.Numerics.BitOperations.Log2((uint)largestCount) % 2 != 0;
        var length = 0;
        for (var quarter = 1; 4 * quarter <= largestCount; quarter *= 4)
            length += 6 * Stride(quarter);
        _memory = GC.AllocateArray<double>(length + (hasLeading ? 2 * Stride(half) : 0) + Alignment, pinned: true);
        _passes = (double*)Unsafe.AsPointer(ref _memory[0]);
        while (((nint)_passes & Alignment * sizeof(double) - 1) != 0)
            _passes++;
        _leading = hasLeading ? _passes + length : null;
        LargestCount = largestCount;
        for (var quarter = 1; 4 * quarter <= largestCount; quarter *= 4)
        {
            for (var power = 1; power <= 3; power++)
                FillPowers(Pass(quarter) + (2 * power - 2) * Stride(quarter), quarter, power, 16 * quarter);
        }
        if (hasLeading)
            FillPowers(_leading, half, 1, 8 * half);
    }

    public int LargestCount { get; }

    /// <summary>Doubles between the six arrays of a pass.</summary>
    public static int Stride(int quarter) => Math.Max(quarter, LeastStride);

    /// <summary>w, w^2 and w^3 of a pass, each as an array of real and one of imaginary parts.</summary>
    public double* Pass(int quarter)
    {
        var pass = _passes;
        for (var smaller = 1; smaller < quarter; smaller *= 4)
            pass += 6 * Stride(smaller);
        return pass;
    }

    /// <summary>w_half for the radix-2 stage of a transform of 2 <paramref name="half"/> slots: real parts, then imaginary ones.</summary>
    public double* Leading(int half) => 2 * half == LargestCount ? _leading : Pass(half) + 2 * Stride(half);

    private static void FillPowers(double* destination, int count, int power, int order)
    {
        var stride = Stride(count);
        long generator = power;
        for (var j = 0; j < count; j++, generator = generator * 5 % order)
        {
            (var cosine, var sine) = UnitRoot(generator, order);
            for (var copy = j; copy < stride; copy += count)
            {
                destination[copy] = cosine;
                destination[stride + copy] = sine;
            }
        }
    }

    /// <summary>exp(2πi <paramref name="exponent"/> / order), 8 dividing the order, from an angle of an eighth turn at most.</summary>
    public static (double Cosine, double Sine) UnitRoot(long exponent, int order)
    {
        var eighth = order / 8;
        // A quarter turn is taken off as often as needed; the rest lies in [-eighth, eighth).
        var quarters = (exponent + eighth) / (2 * eighth);
        var angle = Math.PI / 4 * (exponent - quarters * 2 * eighth) / eighth;
        (var sine, var cosine) = Math.SinCos(angle);
        return (quarters & 3) switch
        {
            0 => (cosine, sine),
            1 => (-sine, cosine),
            2 => (-cosine, -sine),
            _ => (sine, -cosine),
        };
    }
}
