using Crammed.Ckks.Ring;

namespace Crammed.Ckks;

/// <summary>
/// A key that switches c * s' under a secret s' to a ciphertext under s: for each digit j a pair (b_j, a_j) modulo
/// q_0 ... q_Level and P with b_j + a_j s = e_j + P s' on the moduli of digit j and e_j on the others. It serves ciphertexts up
/// to <see cref="Level"/>, and is the smaller the lower that is. P is the product of all special primes, but for the key to the ephemeral
/// secret (<see cref="EvaluationKeyKind.DenseToEphemeral"/>).
/// </summary>
public sealed class SwitchingKey : IDisposable
{
    internal SwitchingKey(CkksParameters parameters, SwitchingKeyShape shape, byte[] seed, RnsPolynomial masked, RnsPolynomial uniform)
    {
        Parameters = parameters;
        Shape = shape;
        Seed = seed;
        Masked = masked;
        Uniform = uniform;
    }

    public CkksParameters Parameters { get; }

    /// <summary>The highest level of a ciphertext that this key serves.</summary>
    public int Level => Shape.Level;

    public long Bytes => Masked.Bytes + Uniform.Bytes;

    internal SwitchingKeyShape Shape { get; }

    /// <summary>What the a_j are expanded from: limb i of digit j from stream j * <see cref="LimbCount"/> + i.</summary>
    internal byte[] Seed { get; }

    /// <summary>The b_j, digit by digit, each with the limbs of q_0 ... q_Level and then P.</summary>
    internal RnsPolynomial Masked { get; }

    /// <summary>The a_j in the same order.</summary>
    internal RnsPolynomial Uniform { get; }

    /// <summary>Limbs per digit.</summary>
    internal int LimbCount => Shape.LimbCount;

    public void Dispose()
    {
        Masked.Dispose();
        Uniform.Dispose();
    }

    /// <summary>Limbs of a polynomial over q_0 ... q_level and P.</summary>
    internal static int LimbsPerDigit(CkksParameters parameters, int level) => SwitchingKeyShape.Hybrid(parameters, level).LimbCount;

    /// <summary>Bytes of residue memory of a key cut to a level.</summary>
    internal static long BytesAt(CkksParameters parameters, int level) =>
        2L * parameters.DigitCount(level) * LimbsPerDigit(parameters, level) * parameters.N * sizeof(double);

    /// <summary>A key whose halves are both still to be filled.</summary>
    internal static SwitchingKey Rent(CkksParameters parameters, SwitchingKeyShape shape, byte[] seed) =>
        new(parameters, shape, seed, parameters.Ring.Rent(shape.TotalLimbs), parameters.Ring.Rent(shape.TotalLimbs));

    /// <summary>Fills a limb of the uniform half from an expander of <see cref="Seed"/>.</summary>
    internal unsafe void ExpandUniform(UniformExpander expander, int limb)
    {
        var ring = Parameters.Ring;
        expander.Fill(Uniform.Limb(limb), ring.N, ring.Moduli[ModulusIndex(limb)], (ulong)limb);
    }

    /// <summary>Index in the ring's moduli of a limb of either half.</summary>
    internal int ModulusIndex(int limb) => Shape.ModulusIndex(Parameters, limb);

    /// <summary>Where a digit's limb for a modulus lies, seen from a ciphertext of level <paramref name="ciphertextLevel"/>.</summary>
    internal int LimbIndex(int digit, int extendedLimb, int ciphertextLevel)
    {
        var limb = extendedLimb <= ciphertextLevel ? extendedLimb : extendedLimb - ciphertextLevel + Level;
        return digit * LimbCount + limb;
    }
}
