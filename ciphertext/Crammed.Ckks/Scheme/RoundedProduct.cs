using Crammed.Ckks.Arithmetic;

namespace Crammed.Ckks;

/// <summary>
/// The integer nearest to the product of two doubles, ties to even, as an unevaluated sum of two integers: exact where the product itself
/// would be rounded. Holds for products between 2^-960 and the largest double; smaller ones are zero.
/// </summary>
internal readonly struct RoundedProduct
{
    private RoundedProduct(double high, double low)
    {
        High = high;
        Low = low;
    }

    /// <summary>The integer to the precision of a double; not finite if the product is not.</summary>
    public double High { get; }

    /// <summary>What is missing from <see cref="High"/>, at most half a unit in its last place.</summary>
    public double Low { get; }

    /// <summary>A bound on the integer's size, the size itself where a double holds it.</summary>
    public double Magnitude => Low == 0 ? Math.Abs(High) : Math.BitIncrement(Math.Abs(High));

    public static RoundedProduct Of(double left, double right)
    {
        // The product is exactly high + low.
        double high = left * right;
        double low = Math.FusedMultiplyAdd(left, right, -high);
        if (!double.IsFinite(high))
            return new RoundedProduct(high, 0);
        double integer = Math.Round(high);
        double fraction = high - integer;
        if (fraction == 0)
        {
            // Ties go to the even sum; the rest alone was rounded to even.
            double rest = Math.Round(low);
            if (Math.Abs(low - rest) == 0.5 && Math.Abs(integer % 2) == 1)
                rest += low < rest ? -1 : 1;
            return new RoundedProduct(integer, rest);
        }
        // The rest is far below one half here: it decides only where the first rounding met a tie.
        if (Math.Abs(fraction) == 0.5 && low != 0 && Math.Sign(low) == Math.Sign(fraction))
            integer += Math.Sign(fraction);
        return new RoundedProduct(integer, 0);
    }

    /// <summary>The canonical residue of the integer.</summary>
    public ulong Modulo(Modulus modulus) => (modulus.Reduce(High) + modulus.Reduce(Low)) % modulus.Value;
}
