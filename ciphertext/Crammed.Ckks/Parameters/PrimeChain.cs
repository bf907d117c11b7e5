using System.Numerics;
using Crammed.Ckks.Arithmetic;

namespace Crammed.Ckks;

/// <summary>The largest modulus that carries keys under one secret.</summary>
/// <param name="Symbol">what it is called: QP, or q_0 p for the ephemeral secret</param>
/// <param name="Secret">the distribution of the secret</param>
/// <param name="Modulus">the product of its primes</param>
internal readonly record struct KeyModulus(string Symbol, SecretDistribution Secret, BigInteger Modulus);

/// <summary>The primes of a literal and the canonical scales that follow from them.</summary>
/// <param name="Moduli">q_0, ..., q_L, then the special moduli</param>
/// <param name="Scales">canonical scale of each level 0, ..., L</param>
internal sealed record PrimeChain(ulong[] Moduli, double[] Scales)
{
    /// <summary>QP: the product of all moduli.</summary>
    public BigInteger Product => Multiply(Moduli);

    /// <summary>
    /// q_0 and the special primes are the largest of their size. Working primes are chosen from the top level down, each as near as
    /// possible to the value that brings the next canonical scale back to a power of two, so that scales do not drift.
    /// </summary>
    public static PrimeChain Find(CkksParametersLiteral literal)
    {
        var step = 2UL << literal.LogN;
        var count = literal.PrimeBits.Count;
        var moduli = new ulong[count + literal.SpecialPrimeBits.Count];
        var used = new HashSet<ulong>();
        for (var i = count; i < moduli.Length; i++)
            used.Add(moduli[i] = PrimeSearch.LargestBelow(literal.SpecialPrimeBits[i - count], step, used));
        used.Add(moduli[0] = PrimeSearch.LargestBelow(literal.PrimeBits[0], step, used));
        var scales = new double[count];
        scales[^1] = Math.ScaleB(1, literal.Log2ScaleAtTop);
        for (var level = count - 1; level > 0; level--)
        {
            if (level == literal.WorkingLevel)
                scales[level] = Math.ScaleB(1, literal.Log2Scale);
            used.Add(moduli[level] = WorkingPrime(literal.PrimeBits[level], scales[level], step, used));
            scales[level - 1] = scales[level] * scales[level] / moduli[level];
        }
        return new PrimeChain(moduli, scales);
    }

    /// <summary>Every secret with the largest modulus of keys under it: the security of a set is that of the weakest.</summary>
    public IEnumerable<KeyModulus> KeyModuli(CkksParametersLiteral literal)
    {
        yield return new KeyModulus("QP", literal.Secret, Product);
        if (literal.Bootstrapping is { } bootstrapping)
        {
            var modulus = Multiply([Moduli[0], Moduli[literal.PrimeBits.Count]]);
            yield return new KeyModulus("q_0 p", SecretDistribution.SparseTernary(bootstrapping.EphemeralWeight), modulus);
        }
    }

    private static ulong WorkingPrime(int bits, double scale, ulong step, HashSet<ulong> used)
    {
        // None may pass 2^50; the largest ones below are near enough.
        if (bits == Modulus.MaxBitLength)
            return PrimeSearch.LargestBelow(bits, step, used);
        var deviation = scale / Math.ScaleB(1, (int)Math.Round(Math.Log2(scale)));
        return PrimeSearch.Nearest(Math.ScaleB(deviation * deviation, bits), step, used);
    }

    public static BigInteger Multiply(IEnumerable<ulong> moduli) =>
        moduli.Aggregate(BigInteger.One, (product, modulus) => product * modulus);
}
