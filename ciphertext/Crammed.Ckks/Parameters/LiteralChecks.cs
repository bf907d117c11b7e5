using System.Globalization;
using System.Numerics;
using Crammed.Ckks.Arithmetic;

namespace Crammed.Ckks;

/// <summary>What <see cref="CkksParameters.Create"/> refuses; each message has value, bound and the distance between them.</summary>
internal sealed class LiteralChecks(CkksParametersLiteral literal)
{
    private const int MinLogN = 7;
    private const int MaxLogN = 17;
    private const int MinPrimeBits = 20;

    /// <summary>Formats store a level in one byte.</summary>
    private const int MaxPrimes = 256;

    /// <summary>Checks everything that can be told before primes are searched for.</summary>
    public void CheckRanges()
    {
        if (string.IsNullOrWhiteSpace(literal.Name) || literal.Name.Any(c => char.IsControl(c) || char.IsSurrogate(c)))
            throw new ArgumentException("a parameter set needs a name, of printable characters", nameof(literal));
        CheckRange("LogN", literal.LogN, MinLogN, MaxLogN);
        CheckRange("the number of primes", literal.PrimeBits.Count, 1, MaxPrimes);
        CheckRange("the number of special primes", literal.SpecialPrimeBits.Count, 1, MaxPrimes);
        if (literal.DigitSize is int digitSize)
            CheckRange("DigitSize", digitSize, 1, MaxPrimes);
        if (literal.Secret.HammingWeight is int weight)
            CheckRange("the secret's Hamming weight", weight, 1, 1 << literal.LogN);
        // Primes are 1 modulo 2N, so there must be room for a few of them.
        var minBits = Math.Max(MinPrimeBits, literal.LogN + 3);
        for (var i = 0; i < literal.PrimeBits.Count; i++)
            CheckRange($"PrimeBits[{i}]", literal.PrimeBits[i], minBits, Modulus.MaxBitLength);
        for (var i = 0; i < literal.SpecialPrimeBits.Count; i++)
            CheckRange($"SpecialPrimeBits[{i}]", literal.SpecialPrimeBits[i], minBits, Modulus.MaxBitLength);
        if (literal.Bootstrapping is { } bootstrapping)
            CheckBootstrapping(bootstrapping);
        CheckScales();
    }

    /// <summary>Checks special moduli and security of the primes that were found.</summary>
    public void CheckPrimes(PrimeChain chain)
    {
        CheckSpecialModulus(chain);
        CheckSecurity(chain);
    }

    private void CheckRange(string what, int value, int min, int max)
    {
        if (value < min || value > max)
        {
            var distance = value < min ? min - value : value - max;
            throw Refusal($"{what} is {value}, {distance} {(value < min ? "below" : "above")} the allowed {min} to {max}");
        }
    }

    /// <summary>
    /// Every part of a bootstrap needs levels, and what is left between them must hold the correction and one level to work with.
    /// </summary>
    private void CheckBootstrapping(BootstrappingLiteral bootstrapping)
    {
        int levels = literal.PrimeBits.Count - 1, logN = literal.LogN;
        CheckRange("SlotsToCoeffsLevels", bootstrapping.SlotsToCoeffsLevels, 1, logN - 1);
        CheckRange("CoeffsToSlotsLevels", bootstrapping.CoeffsToSlotsLevels, 1, logN - 1);
        CheckRange("EvalModLevels", bootstrapping.EvalModLevels, 1, levels);
        CheckRange("CorrectionLevels", bootstrapping.CorrectionLevels, 0, 3);
        CheckRange("EphemeralWeight", bootstrapping.EphemeralWeight, 1, 1 << logN);
        CheckRange("EphemeralSpecialBits", bootstrapping.EphemeralSpecialBits, literal.PrimeBits[0], Modulus.MaxBitLength);
        CheckEphemeralPrime(bootstrapping.EphemeralSpecialBits);
        CheckRange("Log2MessageRatio", bootstrapping.Log2MessageRatio, 1, literal.PrimeBits[0] - 1);
        var least = bootstrapping.SlotsToCoeffsLevels + bootstrapping.CorrectionLevels + 1;
        CheckRange("the number of levels below those of EvalMod", literal.WorkingLevel, least, levels);
    }

    /// <summary>
    /// The prime p of the key to the ephemeral secret is the first special prime: what matters to security is the size of q_0 p alone, keys
    /// under different secrets may share primes, and the ring already has its tables. It is above q_0, since special primes are chosen
    /// first among those of a size.
    /// </summary>
    private void CheckEphemeralPrime(int bits)
    {
        if (bits != literal.SpecialPrimeBits[0])
        {
            throw Refusal($"EphemeralSpecialBits is {bits}, but the first special prime, which the key to the ephemeral secret takes, has "
                + $"{literal.SpecialPrimeBits[0]} bits");
        }
    }

    /// <summary>
    /// Working primes of other sizes than the scale move it, doubly at each level: it must neither vanish nor pass q_0. Sizes in bits
    /// decide, since the primes are chosen to keep scales next to powers of two.
    /// </summary>
    private void CheckScales()
    {
        var log2Scale = literal.Log2ScaleAtTop;
        for (var level = literal.PrimeBits.Count - 1; level >= 0; level--)
        {
            if (level == literal.WorkingLevel)
                log2Scale = literal.Log2Scale;
            var max = level > literal.WorkingLevel ? Modulus.MaxBitLength : literal.PrimeBits[0] - 1;
            CheckRange($"log2 of the canonical scale of level {level}", log2Scale, 1, max);
            log2Scale = 2 * log2Scale - literal.PrimeBits[level];
        }
    }

    /// <summary>A digit larger than P would make the noise of a key switch larger than the message (Han, Ki 2020, section 3.3).</summary>
    private void CheckSpecialModulus(PrimeChain chain)
    {
        var count = literal.PrimeBits.Count;
        var special = PrimeChain.Multiply(chain.Moduli.Skip(count));
        foreach (var digit in chain.Moduli.Take(count).Chunk(literal.DigitSize ?? literal.SpecialPrimeBits.Count))
        {
            var product = PrimeChain.Multiply(digit);
            if (product <= special)
                continue;
            var size = BigInteger.Log(product, 2);
            throw Refusal(string.Create(
                CultureInfo.InvariantCulture,
                $"a digit of {digit.Length} primes has {size:F2} bits, {size - BigInteger.Log(special, 2):F2} more than the special "
                + $"modulus; make the special primes larger or DigitSize smaller"));
        }
    }

    private void CheckSecurity(PrimeChain chain)
    {
        KeyModulus[] keyModuli = [.. chain.KeyModuli(literal)];
        if (SecurityTable.AreSecure(literal.LogN, keyModuli)
            || literal.Name.Contains(SecurityTable.InsecureMark, StringComparison.Ordinal))
            return;
        throw Refusal(
            $"{SecurityTable.Describe(literal.LogN, keyModuli)}; use fewer primes, a larger ring or a uniform ternary "
            + $"secret, or a name that contains '{SecurityTable.InsecureMark}'");
    }

    private ArgumentException Refusal(string message) => new($"{literal.Name}: {message}", nameof(literal));
}
