namespace Crammed.Ckks.Tests.Arithmetic;

/// <summary>Slow modular arithmetic on 128-bit integers, written apart from the kernels.</summary>
internal static class Oracle
{
    public static ulong Multiply(ulong left, ulong right, ulong p) => (ulong)((UInt128)left * right % p);

    public static ulong Add(ulong left, ulong right, ulong p) => (left + right) % p;

    public static ulong Subtract(ulong left, ulong right, ulong p) => (left + p - right) % p;

    public static ulong Canonical(double residue, ulong p)
    {
        var remainder = (Int128)residue % p;
        return (ulong)(remainder < 0 ? remainder + p : remainder);
    }

    public static ulong Power(ulong value, ulong exponent, ulong p)
    {
        ulong result = 1;
        for (; exponent != 0; exponent /= 2, value = Multiply(value, value, p))
        {
            if (exponent % 2 == 1)
                result = Multiply(result, value, p);
        }
        return result;
    }

    /// <summary>The product of two polynomials modulo X^N + 1, term by term.</summary>
    public static ulong[] NegacyclicProduct(ulong[] left, ulong[] right, ulong p)
    {
        var n = left.Length;
        var product = new ulong[n];
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++)
            {
                var term = Multiply(left[i], right[j], p);
                product[(i + j) % n] = i + j < n ? Add(product[i + j], term, p) : Subtract(product[i + j - n], term, p);
            }
        }
        return product;
    }

    /// <summary>The value of a polynomial at a point, by Horner's rule.</summary>
    public static ulong Evaluate(ulong[] coefficients, ulong point, ulong p)
    {
        ulong value = 0;
        for (var i = coefficients.Length - 1; i >= 0; i--)
            value = Add(Multiply(value, point, p), coefficients[i], p);
        return value;
    }
}
