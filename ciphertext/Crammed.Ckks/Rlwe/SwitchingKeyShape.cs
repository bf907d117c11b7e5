namespace Crammed.Ckks;

/// <summary>
/// Over which moduli a switching key lives: q_0 ... q_Level and the first <paramref name="SpecialCount"/> special primes, whose product is
/// what the switch divides by.
/// </summary>
/// <param name="Level">the highest level of a ciphertext that the key serves</param>
/// <param name="DigitSize">limbs per digit</param>
/// <param name="SpecialCount">special primes of the key</param>
internal readonly record struct SwitchingKeyShape(int Level, int DigitSize, int SpecialCount)
{
    public int DigitCount => Level / DigitSize + 1;

    /// <summary>Limbs of each of a digit's two polynomials.</summary>
    public int LimbCount => Level + 1 + SpecialCount;

    /// <summary>Limbs of all digits of one half.</summary>
    public int TotalLimbs => DigitCount * LimbCount;

    /// <summary>Bytes of residues: 16 N for each limb of each digit, or 8 N where the uniform half is a seed.</summary>
    public long MemoryBytes(CkksParameters parameters, UniformHalf uniform = UniformHalf.Held) =>
        (uniform == UniformHalf.Held ? 2L : 1L) * TotalLimbs * parameters.N * sizeof(double);

    /// <summary>Hybrid key switching (Han, Ki 2020): the parameters' digits, all special primes.</summary>
    public static SwitchingKeyShape Hybrid(CkksParameters parameters, int level) =>
        new(level, parameters.DigitSize, parameters.SpecialModuli.Count);

    /// <summary>Whether a limb belongs to a digit's own moduli, on which the key holds P times the secret that is switched from.</summary>
    public bool Owns(int digit, int limb) => limb <= Level && limb / DigitSize == digit;

    /// <summary>Index in the ring's moduli of a limb of either half.</summary>
    public int ModulusIndex(CkksParameters parameters, int limb) => parameters.ExtendedModulusIndex(limb % LimbCount, Level);

    /// <summary>The moduli of a digit's limbs, in their order.</summary>
    public ulong[] Moduli(CkksParameters parameters)
    {
        var shape = this;
        return [.. Enumerable.Range(0, LimbCount).Select(limb => parameters.Ring.Moduli[shape.ModulusIndex(parameters, limb)].Value)];
    }
}
