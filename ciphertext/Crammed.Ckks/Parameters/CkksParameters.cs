using System.Globalization;
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
    private const int MinLogN = 7;
    private const int MaxLogN = 17;
    private const int MinPrimeBits = 20;

    private readonly double[] _scales;
    private readonly byte[] _identifier;

    private CkksParameters(CkksParametersLiteral literal, ulong[] moduli, double[] scales)
    {
        Literal = literal;
        _scales = scales;
        int count = literal.PrimeBits.Count;
        Moduli = moduli[..count];
        SpecialModuli = moduli[count..];
        Log2QP = moduli.Sum(modulus => Math.Log2(modulus));
        IsInsecure = Log2QP > SecurityTable.MaxLog2QP(literal.LogN);
        _identifier = SHA256.HashData(Encoding.UTF8.GetBytes(CanonicalText()));
        Ring = new RingContext(literal.LogN, moduli, VectorKernels.Default);
        BaseConversions = new ParameterConversions(this);
    }

    /// <summary>What the set was made from.</summary>
    public CkksParametersLiteral Literal { get; }

    public string Name => Literal.Name;

    public int LogN => Literal.LogN;

    /// <summary>The ring degree.</summary>
    public int N => 1 << LogN;

    /// <summary>N/2 complex slots.</summary>
    public int SlotCount => N / 2;

    /// <summary>L: fresh ciphertexts may have levels 0 to L; each rescale takes one.</summary>
    public int MaxLevel => Moduli.Count - 1;

    /// <summary>q_0, ..., q_L; a ciphertext of level l lives modulo q_0 ... q_l.</summary>
    public IReadOnlyList<ulong> Moduli { get; }

    /// <summary>The key-switching primes, whose product P is larger than that of any digit.</summary>
    public IReadOnlyList<ulong> SpecialModuli { get; }

    /// <summary>Limbs per digit of a key switch.</summary>
    public int DigitSize => Literal.DigitSize ?? SpecialModuli.Count;

    /// <summary>The size of the largest modulus that carries keys, which decides the security.</summary>
    public double Log2QP { get; }

    /// <summary>Whether log2(QP) passes the bound for 128 bits.</summary>
    public bool IsInsecure { get; }

    /// <summary>One line about the security of the set, for people.</summary>
    public string SecurityDescription => string.Create(
        CultureInfo.InvariantCulture,
        $"{(IsInsecure ? "INSECURE" : "128-bit classical security")}: log2(QP) = {Log2QP:F2}, bound {SecurityTable.MaxLog2QP(LogN)} "
        + $"for N = 2^{LogN}, uniform ternary secret, error of standard deviation 3.2");

    /// <summary>32 bytes that name this very set: SHA-256 of the literal and its primes. Files carry it.</summary>
    public ReadOnlySpan<byte> Identifier => _identifier;

    internal RingContext Ring { get; }

    internal ParameterConversions BaseConversions { get; }

    /// <summary>Checks a literal and finds its primes.</summary>
    /// <exception cref="ArgumentException">a value is out of range, or the set is less than 128-bit secure and its name does not say
    /// <c>insecure</c>; the message says which bound is missed by how much</exception>
    public static CkksParameters Create(CkksParametersLiteral literal)
    {
        ArgumentNullException.ThrowIfNull(literal);
        CheckRanges(literal);
        (ulong[] moduli, double[] scales) = FindPrimes(literal);
        CheckScales(literal, moduli, scales);
        CheckSpecialModulus(literal, moduli);
        CheckSecurity(literal, moduli);
        return new CkksParameters(literal, moduli, scales);
    }

    /// <summary>
    /// The canonical scale of a level: 2^Log2Scale at the top, and below it ScaleAt(l - 1) = ScaleAt(l)^2 / q_l, which is what a
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

    internal bool Matches(CkksParameters other) => ReferenceEquals(this, other) || Identifier.SequenceEqual(other.Identifier);

    private static void CheckRanges(CkksParametersLiteral literal)
    {
        if (string.IsNullOrWhiteSpace(literal.Name))
            throw new ArgumentException("a parameter set needs a name", nameof(literal));
        if (literal.LogN is < MinLogN or > MaxLogN)
            throw new ArgumentException($"{literal.Name}: LogN is {literal.LogN}, allowed are {MinLogN} to {MaxLogN}", nameof(literal));
        if (literal.PrimeBits.Count == 0 || literal.SpecialPrimeBits.Count == 0)
            throw new ArgumentException($"{literal.Name}: it needs at least one prime and one special prime", nameof(literal));
        if (literal.DigitSize is < 1)
            throw new ArgumentException($"{literal.Name}: DigitSize is {literal.DigitSize}, it must be at least 1", nameof(literal));
        int minBits = Math.Max(MinPrimeBits, literal.LogN + 3);
        foreach (int bits in literal.PrimeBits.Concat(literal.SpecialPrimeBits))
        {
            if (bits < minBits || bits > Modulus.MaxBitLength)
            {
                throw new ArgumentException(
                    $"{literal.Name}: a prime of {bits} bits is asked for, allowed are {minBits} to {Modulus.MaxBitLength}",
                    nameof(literal));
            }
        }
        if (literal.Log2Scale < 1 || literal.Log2Scale >= literal.PrimeBits[0])
        {
            throw new ArgumentException(
                $"{literal.Name}: Log2Scale is {literal.Log2Scale}, it must be between 1 and {literal.PrimeBits[0] - 1}", nameof(literal));
        }
        if (literal.SecretKind != SecretKind.UniformTernary)
            throw new ArgumentException($"{literal.Name}: secret kind {literal.SecretKind} is unknown", nameof(literal));
    }

    /// <summary>
    /// q_0 and the special primes are the largest of their size. Working primes are chosen from the top level down, each as near as
    /// possible to the value that brings the next canonical scale back to a power of two, so that scales do not drift.
    /// </summary>
    private static (ulong[] Moduli, double[] Scales) FindPrimes(CkksParametersLiteral literal)
    {
        ulong step = 2UL << literal.LogN;
        int count = literal.PrimeBits.Count;
        var moduli = new ulong[count + literal.SpecialPrimeBits.Count];
        var used = new HashSet<ulong>();
        for (int i = count; i < moduli.Length; i++)
            used.Add(moduli[i] = PrimeSearch.LargestBelow(literal.SpecialPrimeBits[i - count], step, used));
        used.Add(moduli[0] = PrimeSearch.LargestBelow(literal.PrimeBits[0], step, used));
        var scales = new double[count];
        scales[^1] = Math.ScaleB(1, literal.Log2Scale);
        for (int level = count - 1; level > 0; level--)
        {
            double scale = scales[level];
            double deviation = scale / Math.ScaleB(1, (int)Math.Round(Math.Log2(scale)));
            double target = Math.ScaleB(deviation * deviation, literal.PrimeBits[level]);
            used.Add(moduli[level] = PrimeSearch.Nearest(target, step, used));
            scales[level - 1] = scale * scale / moduli[level];
        }
        return (moduli, scales);
    }

    /// <summary>Working primes of other sizes than the scale move it, doubly at each level: it must neither vanish nor pass q_0.</summary>
    private static void CheckScales(CkksParametersLiteral literal, ulong[] moduli, double[] scales)
    {
        for (int level = 0; level < scales.Length; level++)
        {
            if (scales[level] < 2 || scales[level] >= moduli[0])
            {
                throw new ArgumentException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{literal.Name}: the canonical scale of level {level} is 2^{Math.Log2(scales[level]):F1}, it must lie between 2 and "
                    + $"q_0; give the primes of levels 1 and up about Log2Scale = {literal.Log2Scale} bits"), nameof(literal));
            }
        }
    }

    private static void CheckSpecialModulus(CkksParametersLiteral literal, ulong[] moduli)
    {
        int count = literal.PrimeBits.Count;
        double special = moduli.Skip(count).Sum(modulus => Math.Log2(modulus));
        foreach (ulong[] digit in moduli.Take(count).Chunk(literal.DigitSize ?? moduli.Length - count))
        {
            double size = digit.Sum(modulus => Math.Log2(modulus));
            if (size > special)
            {
                throw new ArgumentException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{literal.Name}: a digit of {digit.Length} primes has {size:F2} bits, {size - special:F2} more than the special "
                    + $"modulus; make the special primes larger or DigitSize smaller"), nameof(literal));
            }
        }
    }

    private static void CheckSecurity(CkksParametersLiteral literal, ulong[] moduli)
    {
        double log2QP = moduli.Sum(modulus => Math.Log2(modulus));
        int bound = SecurityTable.MaxLog2QP(literal.LogN);
        if (log2QP > bound && !literal.Name.Contains(SecurityTable.InsecureMark, StringComparison.Ordinal))
        {
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture,
                $"{literal.Name}: log2(QP) = {log2QP:F2} passes the 128-bit bound {bound} for N = 2^{literal.LogN} by "
                + $"{log2QP - bound:F2} bits; use fewer primes, a larger ring, or a name that contains '{SecurityTable.InsecureMark}'"),
                nameof(literal));
        }
    }

    private string CanonicalText() => string.Create(
        CultureInfo.InvariantCulture,
        $"crammed-ckks 1\nname {Name}\nlogN {LogN}\nprimeBits {string.Join(' ', Literal.PrimeBits)}\n"
        + $"specialPrimeBits {string.Join(' ', Literal.SpecialPrimeBits)}\ndigitSize {DigitSize}\nlog2Scale {Literal.Log2Scale}\n"
        + $"secret {Literal.SecretKind}\nmoduli {string.Join(' ', Moduli)}\nspecialModuli {string.Join(' ', SpecialModuli)}\n");
}
