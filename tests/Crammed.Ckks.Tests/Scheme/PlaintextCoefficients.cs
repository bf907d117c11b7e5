using System.Numerics;

namespace Crammed.Ckks.Tests.Scheme;

/// <summary>The centred coefficients of residue polynomials by the Chinese remainder theorem in big integers.</summary>
internal static unsafe class PlaintextCoefficients
{
    public static BigInteger[] Of(Plaintext plaintext)
    {
        var ring = plaintext.Parameters.Ring;
        var count = plaintext.Level + 1;
        var modulus = Modulus(plaintext.Parameters, plaintext.Level);
        var sums = new BigInteger[ring.N];
        using var limb = ring.Rent(1);
        for (var i = 0; i < count; i++)
        {
            plaintext.Polynomial.LimbSpan(i).CopyTo(limb.LimbSpan(0));
            ring.InverseNtt(limb.Limb(0), i);
            var cofactor = modulus / plaintext.Parameters.Moduli[i];
            var unit = cofactor * ring.Moduli[i].Invert((ulong)(cofactor % plaintext.Parameters.Moduli[i]));
            for (var k = 0; k < sums.Length; k++)
                sums[k] += unit * new BigInteger(limb.LimbSpan(0)[k]);
        }
        return [.. sums.Select(sum => Centre(sum, modulus))];
    }

    /// <summary>q_0 ... q_level.</summary>
    public static BigInteger Modulus(CkksParameters parameters, int level) =>
        parameters.Moduli.Take(level + 1).Aggregate(BigInteger.One, (product, p) => product * p);

    private static BigInteger Centre(BigInteger value, BigInteger modulus)
    {
        var remainder = BigInteger.Remainder(value, modulus);
        if (2 * remainder > modulus)
            return remainder - modulus;
        return 2 * remainder < -modulus ? remainder + modulus : remainder;
    }
}
