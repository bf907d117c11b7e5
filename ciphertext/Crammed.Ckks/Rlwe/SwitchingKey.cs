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
    private readonly RnsPolynomial? _uniform;

    /// <param name="parameters">the key's</param>
    /// <param name="shape">its moduli and digits</param>
    /// <param name="seed">of the uniform half</param>
    /// <param name="masked">the other half</param>
    /// <param name="uniform">the uniform half, or null where it is expanded whenever it is used</param>
    internal SwitchingKey(CkksParameters parameters, SwitchingKeyShape shape, byte[] seed, RnsPolynomial masked, RnsPolynomial? uniform)
    {
        Parameters = parameters;
        Shape = shape;
        Seed = seed;
        Masked = masked;
        _uniform = uniform;
    }

    public CkksParameters Parameters { get; }

    /// <summary>The highest level of a ciphertext that this key serves.</summary>
    public int Level => Shape.Level;

    /// <summary>Bytes of residues in memory.</summary>
    public long Bytes => Masked.Bytes + (_uniform?.Bytes ?? 0);

    internal SwitchingKeyShape Shape { get; }

    /// <summary>What the a_j are expanded from: limb i of digit j from stream j * <see cref="LimbCount"/> + i.</summary>
    internal byte[] Seed { get; }

    /// <summary>The b_j, digit by digit, each with the limbs of q_0 ... q_Level and then P.</summary>
    internal RnsPolynomial Masked { get; }

    /// <summary>Whether the key has the a_j, and not their seed alone.</summary>
    internal bool HoldsUniform => _uniform is not null;

    /// <summary>The a_j in the same order.</summary>
    /// <exception cref="InvalidOperationException">the key has their seed alone</exception>
    internal RnsPolynomial Uniform =>
        _uniform ?? throw new InvalidOperationException("of its uniform half the key holds the seed alone");

    /// <summary>Limbs per digit.</summary>
    internal int LimbCount => Shape.LimbCount;

    public void Dispose()
    {
        Masked.Dispose();
        _uniform?.Dispose();
    }

    /// <summary>Limbs of a polynomial over q_0 ... q_level and P.</summary>
    internal static int LimbsPerDigit(CkksParameters parameters, int level) => SwitchingKeyShape.Hybrid(parameters, level).LimbCount;

    /// <summary>Bytes of residue memory of a key cut to a level.</summary>
    internal static long BytesAt(CkksParameters parameters, int level) =>
        2L * parameters.DigitCount(level) * LimbsPerDigit(parameters, level) * parameters.N * sizeof(double);

    /// <summary>A key whose halves are still to be filled, the uniform one if it is held.</summary>
    internal static SwitchingKey Rent(
        CkksParameters parameters, SwitchingKeyShape shape, byte[] seed, UniformHalf uniform = UniformHalf.Held)
    {
        var held = uniform == UniformHalf.Held ? parameters.Ring.Rent(shape.TotalLimbs) : null;
        return new SwitchingKey(parameters, shape, seed, parameters.Ring.Rent(shape.TotalLimbs), held);
    }

    /// <summary>Fills a limb of the uniform half from an expander of <see cref="Seed"/>.</summary>
    internal unsafe void ExpandUniform(UniformExpander expander, int limb) => ExpandUniform(expander, limb, Uniform.Limb(limb));

    /// <summary>Writes a limb of the uniform half elsewhere.</summary>
    internal unsafe void ExpandUniform(UniformExpander expander, int limb, double* destination)
    {
        var ring = Parameters.Ring;
        expander.Fill(destination, ring.N, ring.Moduli[ModulusIndex(limb)], (ulong)limb);
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
