namespace Crammed.Ckks;

/// <summary>What a set keeps of the uniform halves of its keys. Results are the same, bit by bit.</summary>
public enum UniformHalf
{
    /// <summary>All residues: fastest.</summary>
    Held,

    /// <summary>
    /// The seed: half the memory. Each limb is expanded whenever a key switch comes to it, once for all ciphertexts of a batch.
    /// </summary>
    Expanded,
}
