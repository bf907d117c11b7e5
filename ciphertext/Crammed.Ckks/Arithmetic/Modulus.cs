using System.Numerics;

namespace Crammed.Ckks.Arithmetic;

/// <summary>
/// A prime below 2^50 and what the kernels need of it. Residues are integers held in doubles, usually centred: |x| &lt;= p/2 + 2.
/// The methods here are exact integer arithmetic for set-up work; bulk work is done by <see cref="VectorKernels"/>.
/// </summary>
internal sealed class Modulus
{
    /// <summary>
    /// The largest supported bit length: 8p &lt;= 2^53 then, so that a product reduced by fused multiply-add stays exact
    /// (the bounds stand with <see cref="SimdKernels{TSimd, TVector}"/>).
    /// </summary>
    public const int MaxBitLength = 50;

    public Modulus(ulong value)
    {
        if (value < 3 || value >> MaxBitLength != 0 || !PrimeSearch.IsPrime(value))
            throw new ArgumentOutOfRangeException(nameof(value), value, $"a modulus must be an odd prime below 2^{MaxBitLength}");
        Value = value;
        P = value;
        Inverse = 1.0 / P;
        BitLength = 64 - BitOperations.LeadingZeroCount(value);
        Accumulation = new WideAccumulation(P);
        WeightAccumulation = new WideAccumulation(WideAccumulation.OperandBound * P, P / 2 + 2, P);
    }

    public ulong Value { get; }

    /// <summary>The prime as a double.</summary>
    public double P { get; }

    /// <summary>1/p rounded to a double.</summary>
    public double Inverse { get; }

    /// <summary>Bits of p itself: a canonical residue packs into as many.</summary>
    public int BitLength { get; }

    public WideAccumulation Accumulation { get; }

    /// <summary>For products of a reduced and a centred residue.</summary>
    public WideAccumulation WeightAccumulation { get; }

    public ulong Multiply(ulong left, ulong right) => (ulong)((UInt128)left * right % Value);

    public ulong Power(ulong @base, ulong exponent) => Power(@base, exponent, Value);

    public ulong Invert(ulong residue) => residue % Value == 0
        ? throw new ArgumentException($"zero has no inverse modulo {Value}", nameof(residue))
        : Power(residue, Value - 2);

    public ulong Negate(ulong residue) => residue == 0 ? 0 : Value - residue;

    /// <summary>The canonical residue in [0, p) of any 64-bit integer.</summary>
    public ulong Reduce(long integer)
    {
        var remainder = integer % (long)Value;
        return (ulong)(remainder < 0 ? remainder + (long)Value : remainder);
    }

    /// <summary>The canonical residue in [0, p) of any finite double that is an integer, however large.</summary>
    public ulong Reduce(double integer)
    {
        if (!double.IsInteger(integer))
            throw new ArgumentException($"{integer} is not an integer", nameof(integer));
        if (Math.Abs(integer) < 1L << 53)
            return Reduce((long)integer);
        var exponent = Math.ILogB(integer) - 52;
        var mantissa = Reduce((long)Math.ScaleB(integer, -exponent));
        return Multiply(mantissa, Power(2, (ulong)exponent));
    }

    /// <summary>The centred representative, |result| &lt;= (p - 1)/2, of a canonical residue.</summary>
    public double Centre(ulong residue) => residue > Value / 2 ? -(double)(Value - residue) : residue;

    /// <summary>The canonical residue in [0, p) of a double that a kernel left (|x| &lt; 2^53; negative zero occurs).</summary>
    public ulong Canonical(double residue) => Reduce((long)residue);

    public override string ToString() => Value.ToString();

    internal static ulong Power(ulong @base, ulong exponent, ulong modulus)
    {
        ulong result = 1;
        for (var square = @base % modulus; exponent != 0; exponent >>= 1)
        {
            if ((exponent & 1) != 0)
                result = (ulong)((UInt128)result * square % modulus);
            square = (ulong)((UInt128)square * square % modulus);
        }
        return result;
    }
}
