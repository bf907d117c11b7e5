using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using Crammed.Ckks.Arithmetic;
using Crammed.Ckks.Ring;

namespace Crammed.Ckks;

/// <summary>
/// A checked parameter set of leveled RNS-CKKS (Cheon, Han, Kim, Kim, Song 2018) with hybrid key switching (Han, Ki 2020):
/// immutable, and safe to share between threads. Building one takes some milliseconds, for tables of roots of unity.
/// </summary>
public sealed class CkksParameters
{
    /// <summary>Standard deviation of the discrete Gaussian error of fresh encryptions and keys; the security table presumes it.</summary>
    public const double ErrorStandardDeviation = 3.2;

    private readonly double[] _scales;
    private readonly byte[] _identifier;

    /// <summary>For each level the largest double below half the product of its moduli.</summary>
    private readonly double[] _largestCoefficients;

    private CkksParameters(CkksParametersLiteral literal, PrimeChain chain)
    {
        Literal = literal;
        _scales = chain.Scales;
        var count = literal.PrimeBits.Count;
        Moduli = chain.Moduli[..count];
        SpecialModuli = chain.Moduli[count..];
        Log2QP = BigInteger.Log(chain.Product, 2);
        _largestCoefficients = [.. Enumerable.Range(1, count).Select(limbs => LargestDoubleUpTo((PrimeChain.Multiply(Moduli.Take(limbs)) - 1) / 2))];
        KeyModulus[] keyModuli = [.. chain.KeyModuli(literal)];
        IsInsecure = !SecurityTable.AreSecure(literal.LogN, keyModuli);
        SecurityDescription = SecurityTable.Describe(literal.LogN, keyModuli);
        _identifier = SHA256.HashData(Encoding.UTF8.GetBytes(CanonicalText()));
        Ring = new RingContext(literal.LogN, chain.Moduli, VectorKernels.Default);
        BaseConversions = new ParameterConversions(this);
    }

    /// <summary>What the set was made from.</summary>
    public CkksParametersLiteral Literal { get; }

    public string Name => Literal.Name;

    /// <summary>The distribution of the secret key.</summary>
    public SecretDistribution Secret => Literal.Secret;

    public int LogN => Literal.LogN;

    /// <summary>The ring degree.</summary>
    public int N => 1 << LogN;

    /// <summary>N/2 complex slots.</summary>
    public int SlotCount => N / 2;

    /// <summary>L: fresh ciphertexts may have levels 0 to L; each rescale takes one.</summary>
    public int MaxLevel => Moduli.Count - 1;

    /// <summary>
    /// The highest level of ciphertexts that carry messages: L, or what is below the levels that only bootstrapping uses.
    /// </summary>
    public int WorkingLevel => Literal.WorkingLevel;

    /// <summary>q_0, ..., q_L; a ciphertext of level l lives modulo q_0 ... q_l.</summary>
    public IReadOnlyList<ulong> Moduli { get; }

    /// <summary>The key-switching primes, whose product P is larger than that of any digit.</summary>
    public IReadOnlyList<ulong> SpecialModuli { get; }

    /// <summary>Limbs per digit of a key switch.</summary>
    public int DigitSize => Literal.DigitSize ?? SpecialModuli.Count;

    /// <summary>How levels are shared out for bootstrapping, or null for a set without.</summary>
    public BootstrappingLiteral? Bootstrapping => Literal.Bootstrapping;

    /// <summary>The size of the largest modulus that carries keys, which decides the security.</summary>
    public double Log2QP { get; }

    /// <summary>
    /// Whether log2(QP), or with bootstrapping log2(q_0 p) under the ephemeral secret, passes the bound for 128 bits, or there is no bound
    /// for such a secret.
    /// </summary>
    public bool IsInsecure { get; }

    /// <summary>One line about the security of the set, for people: the sizes, the bounds, the distributions they hold for.</summary>
    public string SecurityDescription { get; }

    /// <summary>32 bytes that name this very set: SHA-256 of the literal, the distributions and the primes. Files carry it.</summary>
    public ReadOnlySpan<byte> Identifier => _identifier;

    internal RingContext Ring { get; }

    internal ParameterConversions BaseConversions { get; }

    /// <summary>Checks a literal and finds its primes.</summary>
    /// <exception cref="ArgumentException">a value is out of range, or the set is less than 128-bit secure and its name does not say
    /// <c>insecure</c>; the message says which bound is missed by how much</exception>
    public static CkksParameters Create(CkksParametersLiteral literal)
    {
        ArgumentNullException.ThrowIfNull(literal);
        var checks = new LiteralChecks(literal);
        checks.CheckRanges();
        var chain = PrimeChain.Find(literal);
        checks.CheckPrimes(chain);
        return new CkksParameters(literal, chain);
    }

    /// <summary>
    /// The canonical scale of a level: 2^Log2Scale at <see cref="WorkingLevel"/>, the size of the top prime at the top of the levels above
    /// it if there are any, and below both ScaleAt(l - 1) = ScaleAt(l)^2 / q_l, which is what a
    /// product and its rescale leave, so that operands of one addition agree exactly (Kim, Papadimitriou, Polyakov 2020).
    /// </summary>
    public double ScaleAt(int level) => _scales[CheckLevel(level)];

    /// <summary>Digits of a ciphertext of this level in a key switch.</summary>
    public int DigitCount(int level) => (CheckLevel(level) + DigitSize) / DigitSize;

    /// <inheritdoc/>
    public override string ToString() => $"{Name} ({SecurityDescription})";

    /// <summary>Index in the ring's moduli of limb <paramref name="limb"/> of a polynomial over q_0 ... q_level and P.</summary>
    internal int ExtendedModulusIndex(int limb, int level) => limb <= level ? limb : MaxLevel + limb - level;

    internal int CheckLevel(int level) => (uint)level <= (uint)MaxLevel
        ? level
        : throw new ArgumentOutOfRangeException(nameof(level), level, $"{Name} has levels 0 to {MaxLevel}");

    /// <summary>The largest size of an integer that a coefficient holds at a level: beyond it, it comes back as another one.</summary>
    internal double LargestCoefficient(int level) => _largestCoefficients[level];

    /// <summary>What messages say of an integer that no coefficient of its level holds.</summary>
    /// <param name="operation">what was asked for</param>
    /// <param name="magnitude">the integer's size</param>
    /// <param name="level">level whose modulus bounds it</param>
    /// <param name="scale">what values are multiplied by to become such integers</param>
    /// <exception cref="ArgumentException">it passes half the modulus, or is not a number</exception>
    internal void CheckCoefficient(string operation, double magnitude, int level, double scale)
    {
        var bound = LargestCoefficient(level);
        if (magnitude <= bound)
            return;
        throw new ArgumentException(string.Create(
            CultureInfo.InvariantCulture,
            $"{operation}: a coefficient of {magnitude:G3} passes half the modulus, 2^{Math.Log2(bound):F1} at level {level}, or is not a "
            + $"number; use values up to {bound / scale:G4} at scale 2^{Math.Log2(scale):F1}, a smaller scale or a higher level"));
    }

    internal bool Matches(CkksParameters other) => ReferenceEquals(this, other) || Identifier.SequenceEqual(other.Identifier);

    private static double LargestDoubleUpTo(BigInteger bound)
    {
        var nearest = Math.Min((double)bound, double.MaxValue);
        return new BigInteger(nearest) > bound ? Math.BitDecrement(nearest) : nearest;
    }

    private string CanonicalText()
    {
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"crammed-ckks 2\nname {Name}\nlogN {LogN}\nprimeBits {string.Join(' ', Literal.PrimeBits)}\n"
            + $"specialPrimeBits {string.Join(' ', Literal.SpecialPrimeBits)}\ndigitSize {DigitSize}\nlog2Scale {Literal.Log2Scale}\n"
            + $"{Secret}\nerrorStandardDeviation {ErrorStandardDeviation}\n"
            + $"moduli {string.Join(' ', Moduli)}\nspecialModuli {string.Join(' ', SpecialModuli)}\n");
        return Literal.Bootstrapping is { } bootstrapping ? $"{text}{bootstrapping}\n" : text;
    }
}
