using System.Numerics;
using Crammed.Ckks.Ring;

namespace Crammed.Ckks;

/// <summary>Plaintexts modulo q_0 ... q_level and P, for products with polynomials that await their division by P.</summary>
internal static unsafe class ExtendedEncoding
{
    /// <summary>
    /// What the encoder makes of the values, with limbs for the special moduli after those of q_0 ... q_level: the same polynomial with
    /// integer coefficients, converted exactly.
    /// </summary>
    /// <exception cref="ArgumentException">as from the encoder</exception>
    public static RnsPolynomial Encode(
        CkksEncoder encoder, CkksParameters parameters, ReadOnlySpan<Complex> values, int level, double scale)
    {
        using Plaintext plaintext = encoder.Encode(values, level, scale);
        RingContext ring = parameters.Ring;
        RnsPolynomial extended = ring.Rent(SwitchingKey.LimbsPerDigit(parameters, level));
        extended.CopyLimbsFrom(plaintext.Polynomial, level + 1);
        int count = SufficientLimbs(parameters, values, level, scale);
        using RnsPolynomial digits = ring.Rent(count);
        digits.CopyLimbsFrom(plaintext.Polynomial, count);
        double** limbs = stackalloc double*[count];
        for (int limb = 0; limb < count; limb++)
        {
            limbs[limb] = digits.Limb(limb);
            ring.InverseNtt(limbs[limb], limb);
        }
        parameters.BaseConversions.Ciphertext.ToMixedRadix(limbs, count);
        for (int limb = level + 1; limb < extended.LimbCount; limb++)
        {
            int modulusIndex = parameters.ExtendedModulusIndex(limb, level);
            double* converted = extended.Limb(limb);
            parameters.BaseConversions.Ciphertext.Evaluate(&converted, limbs, count, modulusIndex, 1);
            ring.ForwardNtt(converted, modulusIndex);
        }
        return extended;
    }

    /// <summary>
    /// How many moduli determine the coefficients: a coefficient is a mean over the slots of scale * value times roots of unity, so at
    /// most scale * max |value| before it is rounded. All moduli do in any case, the encoder sees to it.
    /// </summary>
    private static int SufficientLimbs(CkksParameters parameters, ReadOnlySpan<Complex> values, int level, double scale)
    {
        double largest = 0;
        foreach (Complex value in values)
            largest = Math.Max(largest, Complex.Abs(value));
        // Twice for both signs, and twice again for rounding and the error of the transform.
        double log2Needed = Math.Log2(4 * (scale * largest + 1));
        int count = 0;
        for (double log2Product = 0; count <= level && log2Product < log2Needed; count++)
            log2Product += Math.Log2(parameters.Moduli[count]);
        return Math.Max(1, count);
    }
}
