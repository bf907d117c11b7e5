using System.Numerics;
using System.Security.Cryptography;
using System.Text;

namespace Crammed.Ckks.Tests.Scheme;

[TestFixture]
internal sealed class ParametersTests
{
    private static IEnumerable<CkksParametersLiteral> All => NamedParameters.All;

    [TestCaseSource(nameof(All))]
    public void Named_sets_are_what_their_names_say(CkksParametersLiteral literal)
    {
        var parameters = CkksParameters.Create(literal);
        Assert.That(parameters.IsInsecure, Is.EqualTo(literal.Name.StartsWith("insecure")));
        Assert.That(parameters.SecurityDescription, Does.StartWith(parameters.IsInsecure ? "INSECURE" : "128-bit"));
        if (!parameters.IsInsecure)
        {
            var suffix = literal.Bootstrapping is null ? "" : "-bootstrapping";
            Assert.That(literal.Name, Does.StartWith($"N{parameters.LogN}QP{Math.Round(parameters.Log2QP)}{suffix}"));
        }
        Assert.That(parameters.Log2QP, Is.EqualTo(literal.PrimeBits.Concat(literal.SpecialPrimeBits).Sum()).Within(0.01));
        Assert.That(NamedParameters.Find(literal.Name), Is.SameAs(literal));
        Assert.That(() => NamedParameters.Find("N13"), Throws.ArgumentException.With.Message.Contains(literal.Name));
    }

    [TestCaseSource(nameof(All))]
    public void Primes_are_distinct_and_suit_the_ring(CkksParametersLiteral literal)
    {
        var parameters = CkksParameters.Create(literal);
        ulong[] primes = [.. parameters.Moduli, .. parameters.SpecialModuli];
        Assert.That(primes, Is.Unique);
        Assert.That(primes, Has.All.Matches<ulong>(prime => prime % (2 * (ulong)parameters.N) == 1 && prime < 1UL << 50));
        Assert.That(parameters.MaxLevel, Is.EqualTo(literal.PrimeBits.Count - 1));
        Assert.That(parameters.DigitSize, Is.EqualTo(literal.DigitSize ?? literal.SpecialPrimeBits.Count));
        for (var level = 0; level <= parameters.MaxLevel; level++)
            Assert.That(parameters.DigitCount(level), Is.EqualTo(Math.Ceiling((level + 1.0) / parameters.DigitSize)));
        var special = parameters.SpecialModuli.Sum(prime => Math.Log2(prime));
        foreach (var digit in parameters.Moduli.Chunk(parameters.DigitSize))
            Assert.That(digit.Sum(prime => Math.Log2(prime)), Is.LessThan(special));
    }

    /// <summary>
    /// The recurrence holds exactly but for the restart at the highest working level, and the choice of primes keeps scales within the gaps
    /// between primes, 2^-10, of the set's scale at working levels and of 2^50 above them.
    /// </summary>
    [TestCaseSource(nameof(All))]
    public void Canonical_scales_follow_products_and_stay_close(CkksParametersLiteral literal)
    {
        var parameters = CkksParameters.Create(literal);
        var lowest = literal.Bootstrapping?.SlotsToCoeffsLevels ?? 0;
        Assert.That(parameters.ScaleAt(parameters.WorkingLevel), Is.EqualTo(Math.ScaleB(1, literal.Log2Scale)));
        for (var level = parameters.MaxLevel; level > lowest; level--)
        {
            double scale = parameters.ScaleAt(level), next = scale * scale / parameters.Moduli[level];
            if (level - 1 != parameters.WorkingLevel)
                Assert.That(parameters.ScaleAt(level - 1), Is.EqualTo(next));
            var size = Math.ScaleB(1, level > parameters.WorkingLevel ? 50 : literal.Log2Scale);
            Assert.That(scale / size, Is.EqualTo(1).Within(Math.ScaleB(1, -10)), $"level {level}");
        }
        Assert.That(() => parameters.ScaleAt(parameters.MaxLevel + 1), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Levels_of_bootstrapping_are_above_those_of_messages()
    {
        var parameters = CkksParameters.Create(NamedParameters.N16QP1727Bootstrapping);
        Assert.That((parameters.MaxLevel, parameters.WorkingLevel), Is.EqualTo((29, 17)));
        Assert.That(parameters.Log2QP, Is.EqualTo(1727).Within(0.001));
        Assert.That(parameters.IsInsecure, Is.False);
        var literal = NamedParameters.InsecureN11Bootstrapping;
        Refused(new BootstrappingLiteral(0, 8, 4), "SlotsToCoeffsLevels is 0, 1 below the allowed 1 to 10");
        Refused(new BootstrappingLiteral(3, 15, 4), "the number of levels below those of EvalMod is 0, 6 below the allowed 6 to 19");
        Refused(new BootstrappingLiteral(3, 8, 4, EphemeralSpecialBits: 49), "EphemeralSpecialBits is 49, 1 below the allowed 50 to 50");
        Assert.That(
            () => CkksParameters.Create(literal with { SpecialPrimeBits = [49, 50, 50, 50, 50], DigitSize = 4 }),
            Throws.ArgumentException.With.Message.Contains(
                "EphemeralSpecialBits is 50, but the first special prime, which the key to the ephemeral secret takes, has 49 bits"));
        Refused(new BootstrappingLiteral(3, 8, 4, Log2MessageRatio: 50), "Log2MessageRatio is 50, 1 above the allowed 1 to 49");

        void Refused(BootstrappingLiteral bootstrapping, string message) => Assert.That(
            () => CkksParameters.Create(literal with { Bootstrapping = bootstrapping }),
            Throws.ArgumentException.With.Message.Contains(message));
    }

    /// <summary>Each bound of the table: one bit below it passes, one above it is refused, unless the name says so.</summary>
    [TestCase(11, 53)]
    [TestCase(12, 106)]
    [TestCase(13, 214)]
    [TestCase(14, 430)]
    [TestCase(15, 868)]
    public void Sets_beyond_128_bits_are_refused(int logN, int bound)
    {
        CkksParametersLiteral within = WithBits("set", logN, bound - 1), beyond = WithBits("set", logN, bound + 1);
        Assert.That(CkksParameters.Create(within).IsInsecure, Is.False);
        Assert.That(
            () => CkksParameters.Create(beyond),
            Throws.ArgumentException.With.Message.Contains($"bound {bound}").And.Message.Match(@"(0\.9|1\.0)\d bits beyond"));
        Assert.That(CkksParameters.Create(beyond with { Name = "set-insecure" }).IsInsecure);
    }

    /// <summary>At N = 2^10 not even two primes of 20 bits fit.</summary>
    [Test]
    public void Nothing_secure_fits_the_smallest_rings() => Assert.That(
        () => CkksParameters.Create(new("small", 10, [20], [21], 15)), Throws.ArgumentException.With.Message.Contains("bound 26"));

    /// <summary>A sparse secret has its own bounds, and none but for one weight in one ring.</summary>
    [Test]
    public void Sparse_secrets_are_secure_only_where_the_table_says()
    {
        var within = WithBits("set", 16, 1549) with { Secret = SecretDistribution.SparseTernary(192) };
        var beyond = WithBits("set", 16, 1551) with { Secret = SecretDistribution.SparseTernary(192) };
        var secure = CkksParameters.Create(within);
        Assert.That(secure.IsInsecure, Is.False);
        Assert.That(secure.SecurityDescription, Is.EqualTo(
            $"128-bit classical security: log2(QP) = {secure.Log2QP:F2}, bound 1550 for N = 2^16, sparse ternary secret of Hamming weight "
            + "192, error of standard deviation 3.2"));
        Assert.That(
            () => CkksParameters.Create(beyond),
            Throws.ArgumentException.With.Message.Match(
                @"INSECURE: log2\(QP\) = 155[01]\.\d\d, (0\.9|1\.0)\d bits beyond the 128-bit bound 1550"));
        Assert.That(CkksParameters.Create(beyond with { Secret = default }).IsInsecure, Is.False);
        foreach (var weight in new[] { 31, 33, 191, 193, 1 << 15 })
        {
            var literal = within with { Secret = SecretDistribution.SparseTernary(weight) };
            Assert.That(
                () => CkksParameters.Create(literal),
                Throws.ArgumentException.With.Message.Contains(
                    $"no 128-bit bound is known for N = 2^16, sparse ternary secret of Hamming weight {weight}"));
            var insecure = CkksParameters.Create(literal with { Name = "insecure-set" });
            Assert.That((insecure.IsInsecure, insecure.SecurityDescription[..9]), Is.EqualTo((true, "INSECURE:")));
        }
    }

    /// <summary>2^bound itself is within the bound, the next integer is not: no rounding of logarithms decides.</summary>
    [TestCase(null, 1747)]
    [TestCase(192, 1550)]
    [TestCase(32, 121)]
    public void The_bound_is_exact(int? weight, int log2Bound)
    {
        var secret = weight is int h ? SecretDistribution.SparseTernary(h) : default;
        var bound = BigInteger.One << log2Bound;
        Assert.That(SecurityTable.IsSecure(16, secret, bound), Is.True);
        Assert.That(SecurityTable.IsSecure(16, secret, bound + 1), Is.False);
    }

    /// <summary>
    /// A set with bootstrapping has two secrets, and is as secure as the weaker: the ephemeral one has a bound at N = 2^16 and weight 32
    /// alone.
    /// </summary>
    [Test]
    public void The_ephemeral_secret_has_its_own_bound()
    {
        var literal = NamedParameters.N16QP1727Bootstrapping;
        var bootstrapping = literal.Bootstrapping!;
        Assert.That(CkksParameters.Create(literal).SecurityDescription, Is.EqualTo(
            "128-bit classical security: log2(QP) = 1727.00, bound 1747 for N = 2^16, uniform ternary secret, error of standard deviation "
            + "3.2; log2(q_0 p) = 100.00, bound 121 for N = 2^16, sparse ternary secret of Hamming weight 32, error of standard deviation "
            + "3.2"));
        foreach (var weight in new[] { 31, 33 })
        {
            var other = literal with { Bootstrapping = bootstrapping with { EphemeralWeight = weight } };
            Assert.That(
                () => CkksParameters.Create(other),
                Throws.ArgumentException.With.Message.Contains(
                    "INSECURE: log2(QP) = 1727.00, bound 1747 for N = 2^16, uniform ternary secret, error of standard deviation 3.2; "
                    + "log2(q_0 p) = 100.00, and no 128-bit bound is known for N = 2^16, sparse ternary secret of Hamming weight "
                    + $"{weight}, error"));
            Assert.That(CkksParameters.Create(other with { Name = "insecure-set" }).IsInsecure);
        }
        // In a larger ring every modulus is safer, but for want of an entry such a set does not count as secure.
        Assert.That(
            () => CkksParameters.Create(literal with { Name = "N17", LogN = 17 }),
            Throws.ArgumentException.With.Message.Match(
                @"INSECURE: log2\(QP\) = 17\d\d\.\d\d, bound 3523 .* no 128-bit bound is known for N = 2\^17, sparse ternary"));
    }

    /// <summary>
    /// A modulus beyond the bound is named with its distance; no set of primes below 2^50 can have one, so a made one stands in.
    /// </summary>
    [Test]
    public void An_ephemeral_modulus_beyond_its_bound_is_insecure()
    {
        KeyModulus[] keys =
        [
            new("QP", default, BigInteger.One << 1700), new("q_0 p", SecretDistribution.SparseTernary(32), BigInteger.One << 122),
        ];
        Assert.That(SecurityTable.AreSecure(16, keys), Is.False);
        Assert.That(SecurityTable.Describe(16, keys), Does.StartWith("INSECURE: ").And.Contains(
            "log2(q_0 p) = 122.00, 1.00 bits beyond the 128-bit bound 121 for N = 2^16, sparse ternary secret of Hamming weight 32"));
    }

    /// <summary>Never above either publication: guidelines of 2024, table 5.2; standard of 2018, which ends at 2^15.</summary>
    [Test]
    public void The_table_is_the_stricter_of_the_published_ones_up_to_2_to_the_17()
    {
        int[] guidelines = [26, 53, 106, 214, 430, 868, 1747, 3523], standard = [27, 54, 109, 218, 438, 881, int.MaxValue, int.MaxValue];
        Assert.That(Enumerable.Range(10, 8).Select(logN => SecurityTable.MaxLog2QP(logN)), Is.EqualTo(guidelines.Zip(standard, Math.Min)));
        Assert.That(SecurityTable.MaxLog2QP(9), Is.Null);
        var sparse = SecretDistribution.SparseTernary(192);
        Assert.That((SecurityTable.MaxLog2QP(16, sparse), SecurityTable.MaxLog2QP(15, sparse)), Is.EqualTo(((int?)1550, (int?)null)));
        Assert.That(() => SecurityTable.MaxLog2QP(18), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Wrong_literals_are_refused_by_name_and_value()
    {
        var good = NamedParameters.InsecureN11;
        Refused(good with { Name = " " }, "name");
        Refused(good with { Name = "insecure\nlogN 16" }, "printable");
        Refused(good with { LogN = 6 }, "LogN is 6, 1 below the allowed 7 to 17");
        Refused(good with { LogN = 18 }, "LogN is 18, 1 above");
        Refused(good with { PrimeBits = [] }, "number of primes is 0");
        Refused(good with { PrimeBits = [.. Enumerable.Repeat(36, 260)] }, "number of primes is 260, 4 above the allowed 1 to 256");
        Refused(good with { SpecialPrimeBits = [] }, "number of special primes is 0");
        Refused(good with { DigitSize = 0 }, "DigitSize is 0, 1 below");
        Refused(good with { PrimeBits = [52, 36] }, "PrimeBits[0] is 52, 2 above the allowed 20 to 50");
        Refused(good with { PrimeBits = [46, 12] }, "PrimeBits[1] is 12, 8 below");
        Refused(good with { SpecialPrimeBits = [50, 51] }, "SpecialPrimeBits[1] is 51, 1 above");
        Refused(good with { Log2Scale = 46 }, "scale of level 8 is 46, 1 above the allowed 1 to 45");
        Refused(good with { Log2Scale = 0 }, "scale of level 8 is 0, 1 below");
        Refused(good with { PrimeBits = [46, 40, 40, 40, 40] }, "scale of level 0 is -24, 25 below");
        Refused(good with { PrimeBits = [46, .. Enumerable.Repeat(40, 255)] }, "scale of level");
        Refused(good with { PrimeBits = [46, 36, 36, 36], SpecialPrimeBits = [39, 39] }, "bits, 4.00 more than the special");
        Refused(good with { Secret = SecretDistribution.SparseTernary(0) }, "Hamming weight is 0, 1 below the allowed 1 to 2048");
        Refused(good with { Secret = SecretDistribution.SparseTernary(2050) }, "Hamming weight is 2050, 2 above");
        Assert.That(() => CkksParameters.Create(null!), Throws.ArgumentNullException);

        static void Refused(CkksParametersLiteral literal, string words) =>
            Assert.That(() => CkksParameters.Create(literal), Throws.ArgumentException.With.Message.Contains(words));
    }

    [Test]
    public void Identifiers_name_literal_and_primes()
    {
        var parameters = CkksParameters.Create(NamedParameters.InsecureN11);
        var text = "crammed-ckks 2\nname insecure-N11\nlogN 11\nprimeBits 46 36 36 36 36 36 36 36 36\nspecialPrimeBits 47 47\n"
            + $"digitSize 2\nlog2Scale 36\nuniform ternary secret\nerrorStandardDeviation 3.2\n"
            + $"moduli {string.Join(' ', parameters.Moduli)}\n"
            + $"specialModuli {string.Join(' ', parameters.SpecialModuli)}\n";
        Assert.That(parameters.Identifier.ToArray(), Is.EqualTo(SHA256.HashData(Encoding.UTF8.GetBytes(text))));
        var renamed = CkksParameters.Create(NamedParameters.InsecureN11 with { Name = "insecure-else" });
        Assert.That(renamed.Identifier.ToArray(), Is.Not.EqualTo(parameters.Identifier.ToArray()));
        byte[][] sparse = [.. new[] { 64, 65 }.Select(weight => CkksParameters.Create(
            NamedParameters.InsecureN11 with { Secret = SecretDistribution.SparseTernary(weight) }).Identifier.ToArray())];
        Assert.That(sparse.Append(parameters.Identifier.ToArray()), Is.Unique);
    }

    /// <summary>A literal of the given total size: a large q_0 and special prime, working primes of the scale's size.</summary>
    private static CkksParametersLiteral WithBits(string name, int logN, int total)
    {
        var special = Math.Min(50, (total + 1) / 2);
        (int First, int Size, int Count) shape = (
            from size in Enumerable.Range(25, 20).Reverse()
            from count in Enumerable.Range(0, 40)
            let first = total - special - size * count
            where first <= special && (count == 0 || first > size)
            select (first, size, count)).First();
        int[] sizes = [shape.First, .. Enumerable.Repeat(shape.Size, shape.Count)];
        return new CkksParametersLiteral(name, logN, sizes, [special], shape.Count == 0 ? shape.First - 3 : shape.Size);
    }
}
