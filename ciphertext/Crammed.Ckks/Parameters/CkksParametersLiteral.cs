namespace Crammed.Ckks;

/// <summary>
/// What a user writes down to ask for a parameter set; <see cref="CkksParameters.Create"/> checks it.
/// </summary>
/// <param name="Name">what the set is called; must contain <c>insecure</c> if it misses 128-bit security</param>
/// <param name="LogN">log2 of the ring degree N, 7 to 17</param>
/// <param name="PrimeBits">size in bits of q_0 and of the prime of each level 1, 2, ...; 20 to 50 each, 256 primes at most</param>
/// <param name="SpecialPrimeBits">size in bits of the key-switching primes; their product must be larger than that of any digit</param>
/// <param name="Log2Scale">log2 of the canonical scale at the top working level; less than the size of q_0</param>
/// <param name="Secret">distribution of the secret; uniform ternary unless given</param>
/// <param name="DigitSize">limbs per digit of a key switch; as many as there are special primes unless given</param>
/// <param name="Bootstrapping">how levels are shared out for bootstrapping, or null for a set without</param>
public sealed record CkksParametersLiteral(
    string Name,
    int LogN,
    IReadOnlyList<int> PrimeBits,
    IReadOnlyList<int> SpecialPrimeBits,
    int Log2Scale,
    SecretDistribution Secret = default,
    int? DigitSize = null,
    BootstrappingLiteral? Bootstrapping = null)
{
    /// <summary>Above the working levels the scale has the size of the primes there.</summary>
    internal int Log2ScaleAtTop => WorkingLevel == PrimeBits.Count - 1 ? Log2Scale : PrimeBits[^1];

    /// <summary>
    /// The highest level of ciphertexts that carry messages; the levels above it, if there are any, serve bootstrapping alone.
    /// </summary>
    internal int WorkingLevel => PrimeBits.Count - 1 - (Bootstrapping?.EvalModLevels + Bootstrapping?.CoeffsToSlotsLevels ?? 0);
}
