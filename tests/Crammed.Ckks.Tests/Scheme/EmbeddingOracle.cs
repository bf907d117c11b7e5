using System.Numerics;

namespace Crammed.Ckks.Tests.Scheme;

/// <summary>
/// Slots from the definition, m(ζ^(5^j)) with ζ = exp(iπ/N), by Horner's rule in integers of 160 binary places: roots come from square
/// roots alone (the half-angle formulas), so that nothing is shared with the encoder. Errors stay below N 2^-150.
/// </summary>
internal sealed class EmbeddingOracle
{
    private const int Places = 160;

    private static readonly BigInteger One = BigInteger.One << Places;

    private readonly int _n;
    private readonly (BigInteger Real, BigInteger Imaginary) _root;

    public EmbeddingOracle(int n)
    {
        _n = n;
        // From i = exp(iπ/2) down by half angles: cos(x/2) = sqrt((1 + cos x)/2), sin(x/2) = sqrt((1 - cos x)/2).
        (BigInteger cosine, var sine) = (0, One);
        for (var order = 4; order < 2 * n; order *= 2)
        {
            (cosine, sine) = (SquareRoot((One + cosine) << Places - 1), SquareRoot((One - cosine) << Places - 1));
        }
        _root = (cosine, sine);
    }

    /// <summary>Slot j of the polynomial with these N coefficients, times 2^shift.</summary>
    public Complex Slot(ReadOnlySpan<double> coefficients, int j, int shift = 0)
    {
        var point = Power((int)BigInteger.ModPow(5, j, 2 * _n));
        BigInteger real = 0, imaginary = 0;
        for (var k = _n - 1; k >= 0; k--)
        {
            (real, imaginary) = Multiply((real, imaginary), point);
            real += ToFixed(coefficients[k]);
        }
        return new Complex(ToDouble(real, shift), ToDouble(imaginary, shift));
    }

    private static BigInteger ToFixed(double value)
    {
        if (value == 0)
            return 0;
        var exponent = Math.ILogB(value) - 52;
        var mantissa = new BigInteger(Math.ScaleB(value, -exponent));
        var shift = exponent + Places;
        return shift >= 0 ? mantissa << shift : mantissa >> -shift;
    }

    private static double ToDouble(BigInteger value, int shift)
    {
        var excess = Math.Max(0, (int)value.GetBitLength() - 64);
        return Math.ScaleB((double)(value >> excess), excess - Places + shift);
    }

    private static (BigInteger Real, BigInteger Imaginary) Multiply(
        (BigInteger Real, BigInteger Imaginary) x, (BigInteger Real, BigInteger Imaginary) y) =>
        (x.Real * y.Real - x.Imaginary * y.Imaginary >> Places, x.Real * y.Imaginary + x.Imaginary * y.Real >> Places);

    private (BigInteger Real, BigInteger Imaginary) Power(int exponent)
    {
        (BigInteger Real, BigInteger Imaginary) result = (One, 0), square = _root;
        for (; exponent > 0; exponent >>= 1, square = Multiply(square, square))
        {
            if ((exponent & 1) != 0)
                result = Multiply(result, square);
        }
        return result;
    }

    /// <summary>floor(sqrt(value)) by Newton's iteration from above.</summary>
    private static BigInteger SquareRoot(BigInteger value)
    {
        if (value.IsZero)
            return 0;
        var root = BigInteger.One << (int)(value.GetBitLength() + 1) / 2 + 1;
        while (true)
        {
            var next = root + value / root >> 1;
            if (next >= root)
                return root;
            root = next;
        }
    }
}
