using Crammed.Ckks.Ring;

namespace Crammed.Ckks;

/// <summary>The base conversions that a parameter set needs, built once.</summary>
internal sealed class ParameterConversions
{
    private readonly BaseConversion[] _digits;
    private readonly BaseConversion[] _dropped;
    private readonly double[][] _primeInverses;

    public ParameterConversions(CkksParameters parameters)
    {
        var ring = parameters.Ring;
        var count = parameters.MaxLevel + 1;
        int[] special = [.. Enumerable.Range(count, parameters.SpecialModuli.Count)];
        _digits = [.. Enumerable.Range(0, count).Chunk(parameters.DigitSize).Select(digit => new BaseConversion(ring, digit))];
        _dropped = [.. Enumerable.Range(0, count).Select(level => new BaseConversion(ring, [.. special, level]))];
        _primeInverses = [.. Enumerable.Range(0, count).Select(level => ring.Moduli.Take(level).Select(modulus =>
            modulus.Centre(modulus.Invert(ring.Moduli[level].Value % modulus.Value))).ToArray())];
        Ciphertext = new BaseConversion(ring, [.. Enumerable.Range(0, count)]);
    }

    /// <summary>Out of all ciphertext moduli, for decoding.</summary>
    public BaseConversion Ciphertext { get; }

    /// <summary>Out of the moduli of one digit; at a level that cuts the digit short its first limbs are used.</summary>
    public BaseConversion Digit(int digit) => _digits[digit];

    /// <summary>Out of the special moduli (the first sources) and q_level after them.</summary>
    public BaseConversion SpecialAnd(int level) => _dropped[level];

    /// <summary>The product of the first <paramref name="count"/> special primes modulo q_limb, centred.</summary>
    public double SpecialModulo(int limb, int count) => _dropped[0].Product(count, limb);

    /// <summary>q_level^-1 modulo q_limb, limb below level, centred.</summary>
    public double PrimeInverse(int level, int limb) => _primeInverses[level][limb];
}
