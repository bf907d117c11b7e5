namespace Crammed.Ckks.Ring;

/// <summary>The odd exponents g of the automorphisms X -> X^g and what they do to slots.</summary>
internal static class GaloisElement
{
    /// <summary>5^steps modulo 2N, the automorphism that rotates slots to the left by <paramref name="steps"/> in [0, N/2).</summary>
    public static int Rotation(int steps, int n) => Power(5, steps, n);

    /// <summary>-1 modulo 2N: complex conjugation of every slot.</summary>
    public static int Conjugation(int n) => 2 * n - 1;

    /// <summary>The inverse modulo 2N: the unit group's order divides N/2, so g^(N/2 - 1) g = 1 for powers of 5, and up to sign.</summary>
    public static int Invert(int galoisElement, int n)
    {
        var inverse = Power(galoisElement, n / 2 - 1, n);
        return (long)inverse * galoisElement % (2 * n) == 1
            ? inverse
            : throw new ArgumentException($"{galoisElement} is not an odd exponent below {2 * n}", nameof(galoisElement));
    }

    public static bool IsValid(int galoisElement, int n) => galoisElement > 1 && galoisElement < 2 * n && (galoisElement & 1) != 0;

    private static int Power(long @base, int exponent, int n)
    {
        var mask = 2L * n - 1;
        long result = 1;
        for (var square = @base & mask; exponent > 0; exponent >>= 1, square = square * square & mask)
        {
            if ((exponent & 1) != 0)
                result = result * square & mask;
        }
        return (int)result;
    }
}
