namespace Crammed.Ckks.Arithmetic;

/// <summary>
/// Constants for summing products of residues without reducing each one: four instructions a term instead of seven.
/// </summary>
/// <remarks>
/// Let S start at C = 1.5 * 2^(k+52). While the exact sum stays within 2^(k+51) of zero, S stays in one binade, whose doubles are
/// the multiples of 2^k; so S' = fma(a, b, S) moves by t = S' - S exactly, the rest a*b - t (at most 2^(k-1) in size) is exact too,
/// and a second accumulator L takes it: Σ a*b = (S - C) + L. With |a| &lt;= A and |b| &lt;= B, n terms need
/// n A B &lt;= 2^(k+51), and L stays exact while n 2^(k-1) &lt;= 2^52. <see cref="Terms"/> is the largest power of
/// two n (at most 4096) for which such a k exists. For reduced residues, A = B = <see cref="OperandBound"/> p, it is 4 at 50 bits, 64 at 46,
/// 4096 at 40 and below; for centred ones 8 at 50 bits.
/// </remarks>
internal readonly struct WideAccumulation
{
    /// <summary>Operands may be up to this multiple of p in size (reduced residues).</summary>
    public const double OperandBound = 0.8;

    private const int MaxTerms = 4096;

    /// <summary>For products of two reduced residues modulo p.</summary>
    public WideAccumulation(double p)
        : this(OperandBound * p, OperandBound * p, p)
    {
    }

    /// <summary>For products of factors up to the given sizes, reduced modulo p at the end, which takes sums up to 2^52 p.</summary>
    public WideAccumulation(double left, double right, double p)
    {
        var product = left * right;
        var terms = MaxTerms;
        while (terms > 1 && (LowerSum(terms) > Math.ScaleB(1, 52) || terms * product > Math.ScaleB(p, 52)))
            terms /= 2;
        Terms = terms;
        Start = Math.ScaleB(1.5, UnitExponent(terms * product) + 52);

        double LowerSum(int count) => count * Math.ScaleB(1, UnitExponent(count * product) - 1);
    }

    /// <summary>How many products may be summed before the sum is reduced.</summary>
    public int Terms { get; }

    /// <summary>C: the value with which the upper accumulator starts.</summary>
    public double Start { get; }

    /// <summary>k: the smallest one, at least 1, with sum &lt;= 2^(k+51).</summary>
    private static int UnitExponent(double sum) => Math.Max(1, (int)Math.Ceiling(Math.Log2(sum)) - 51);
}
