using Crammed.Ckks.Arithmetic;

namespace Crammed.Ckks;

/// <summary>
/// The integer nearest to the product of two doubles, ties to even, as an unevaluated sum of two integers: exact where the product itself
/// would be rounded. Holds for products between 2^-960 and the largest double; smaller ones are zero.
/// </summary>
internal readonly record struct RoundedProduct
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
        var high = left * right;
        var low = Math.FusedMultiplyAdd(left, right, -high);
        if (!double.IsFinite(high))
            return new RoundedProduct(high, 0);
        var integer = Math.Round(high);
        var fraction = high - integer;
        if (fraction == 0)
        {
            // Where the rest reaches one half, high is even, and rounding the rest to even makes the sum even.
            return new RoundedProduct(integer, Math.Round(low));
        }
        // The rest is at most a quarter here: it decides only where the first rounding met a tie.
        if (Math.Abs(fraction) == 0.5 && low != 0 && Math.Sign(low) == Math.Sign(fraction))
            integer += Math.Sign(fraction);
        return new RoundedProduct(integer, 0);
    }

    /// <summary>The canonical residue of the integer.</summary>
    public ulong Modulo(Modulus modulus) => (modulus.Reduce(High) + modulus.Reduce(Low)) % modulus.Value;
}
