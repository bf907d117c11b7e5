using Crammed.Ckks.Arithmetic;

namespace Crammed.Ckks;

/// <summary>Writes one transformed limb of a polynomial; called once or a few times for each limb that is needed.</summary>
internal unsafe delegate void LimbReader(double* destination, int limb);

/// <summary>
/// The centred coefficients of a polynomial modulo q_0 ... q_level as doubles, from no more limbs than the coefficients' size asks for.
/// </summary>
/// <remarks>
/// The first c limbs give a coefficient x in mixed radix, x = y_0 + y_1 q_0 + ... + y_(c-1) q_0 ... q_(c-2), with centred digits. If
/// y_(c-1) is zero for all coefficients, the last limb confirms what the others say: |x| &lt; q_0 ... q_(c-2) / 2, and adding it changed
/// nothing. Otherwise twice as many limbs are read, up to all. So a message that passes the first moduli costs time, not correctness. To be
/// confirmed by mistake, every coefficient beyond the bound would have to lie within it of a multiple of q_0 ... q_(c-1): for values
/// without relation to the moduli a probability of 1/q_(c-1), less than 2^-19 for the smallest primes allowed and 2^-35 for the named
/// sets, for each such coefficient, and a message of large slots has many (a constant without noise alone has one or two). What is then
/// returned is the message modulo the limbs read, as if the ciphertext had been dropped to them. Beyond half of q_0 ... q_level a
/// message is lost in any case.
/// </remarks>
internal static unsafe class CentredCoefficients
{
    /// <summary>One limb for messages below q_0 / 2 (the scale of every level is below q_0) and one that confirms it.</summary>
    private const int FirstLimbCount = 2;

    /// <summary>
    /// destination = coefficients * factor. The relative error of each is at most (level + 2) 2^-53, and 2^-53 for coefficients below
    /// q_0 / 2.
    /// </summary>
    /// <returns>how many limbs were read at last</returns>
    public static int Read(CkksParameters parameters, LimbReader read, int level, double factor, double* destination)
    {
        var count = Math.Min(FirstLimbCount, level + 1);
        while (!TryRead(parameters, read, count, isLast: count == level + 1, factor, destination))
            count = Math.Min(2 * count, level + 1);
        return count;
    }

    private static bool TryRead(
        CkksParameters parameters, LimbReader read, int count, bool isLast, double factor, double* destination)
    {
        var ring = parameters.Ring;
        using var digits = ring.Rent(count);
        var limbs = stackalloc double*[count];
        var moduli = stackalloc double[count];
        for (var limb = 0; limb < count; limb++)
        {
            moduli[limb] = ring.Moduli[limb].P;
            limbs[limb] = digits.Limb(limb);
            read(limbs[limb], limb);
            ring.InverseNtt(limbs[limb], limb);
        }
        parameters.BaseConversions.Ciphertext.ToMixedRadix(limbs, count);
        var isConfirmed = count > 1 && EmbeddingKernels.LargestMagnitude(digits.LimbSpan(count - 1)) == 0;
        if (!isConfirmed && !isLast)
            return false;
        EmbeddingKernels.OfWidth(ring.Kernels.Width)
            .MixedRadixToReal(destination, limbs, moduli, isConfirmed ? count - 1 : count, factor, ring.N);
        return true;
    }
}
