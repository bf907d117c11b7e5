using System.Numerics;
using Crammed.Ckks.Ring;
using Crammed.Ckks.Serialization;

namespace Crammed.Ckks.Tests.Bootstrapping;

/// <summary>
/// What the keys of sparse-secret encapsulation are, read off the bytes of a file: over which moduli they live, and that nothing but a
/// small error is left once what they hide is subtracted.
/// </summary>
[TestFixture]
internal sealed unsafe class EphemeralKeyTests
{
    private const int EntryBytes = 58;

    private static readonly (EvaluationKeyId Id, int Level)[] Names =
        [(EvaluationKeyId.DenseToEphemeral, 0), (EvaluationKeyId.EphemeralToDense, 19)];

    private EphemeralSetup _setup = null!;
    private TemporaryFile _file = null!;
    private byte[] _bytes = null!;

    private CkksParameters Parameters => _setup.Parameters;

    private ulong FirstSpecial => Parameters.SpecialModuli[0];

    [OneTimeSetUp]
    public void SaveKeys()
    {
        _setup = new EphemeralSetup();
        _file = new TemporaryFile();
        KeySetFile.Save(_file.Path, Parameters, _setup.Secret.KeyId, Names, _setup.CreateKey, _ => { }, new ParallelOptions());
        _bytes = File.ReadAllBytes(_file.Path);
    }

    [OneTimeTearDown]
    public void Delete()
    {
        _file.Dispose();
        _setup.Dispose();
    }

    /// <summary>
    /// One digit of two limbs, and in the whole key nothing but a seed and these: residues up to q_0 and up to one special prime. Of 2048
    /// uniform residues the largest misses the uppermost hundredth with probability 10^-9.
    /// </summary>
    [Test]
    public void The_key_to_the_ephemeral_secret_lives_modulo_q0_and_one_special_prime()
    {
        var entry = ReadEntry(0);
        Assert.That((entry.Kind, entry.Level, entry.Digits, entry.Limbs), Is.EqualTo((4, 0, 1, 2)));
        ulong[] moduli = [Parameters.Moduli[0], FirstSpecial];
        Assert.That(entry.Length, Is.EqualTo(32 + moduli.Sum(modulus => Parameters.N / 8 * Bits(modulus))));
        var limbs = ReadLimbs(entry, moduli);
        foreach ((var limb, var modulus) in limbs.Zip(moduli))
            Assert.That(limb.Max() / (double)modulus, Is.InRange(0.99, 1).And.LessThan(1));
        Assert.That(BigInteger.Log(PrimeChain.Multiply(moduli), 2), Is.LessThan(121).And.EqualTo(100).Within(0.01));
    }

    [Test]
    public void The_key_back_lives_modulo_all_primes_in_one_digit()
    {
        var entry = ReadEntry(1);
        Assert.That((entry.Kind, entry.Level, entry.Digits, entry.Limbs), Is.EqualTo((5, 19, 1, 24)));
        ulong[] moduli = [.. Parameters.Moduli, .. Parameters.SpecialModuli];
        Assert.That(entry.Length, Is.EqualTo(32 + moduli.Sum(modulus => Parameters.N / 8 * Bits(modulus))));
        Assert.That(entry.Offset + entry.Length, Is.EqualTo(_bytes.Length));
    }

    /// <summary>
    /// b + a s' - p s for the key to s', and b + a s - P s' modulo each q_i for the key back, are errors: the same small integers modulo
    /// every prime, of standard deviation 3.2 within six standard errors of 2048 Gaussian numbers, and cut off at 32.
    /// </summary>
    [TestCase(0)]
    [TestCase(1)]
    public void Keys_hide_one_secret_under_the_other(int number)
    {
        var entry = ReadEntry(number);
        ulong[] special = number == 0 ? [FirstSpecial] : [.. Parameters.SpecialModuli];
        ulong[] moduli = [.. Parameters.Moduli.Take(entry.Level + 1), .. special];
        RnsPolynomial dense = _setup.Secret.Values, ephemeral = _setup.Ephemeral.Values;
        (var from, var to) = number == 0 ? (dense, ephemeral) : (ephemeral, dense);
        var masked = ReadLimbs(entry, moduli);
        using var expander = new UniformExpander(_bytes.AsSpan((int)entry.Offset, 32));
        double[]? first = null;
        for (var limb = 0; limb < moduli.Length; limb++)
        {
            var isOwn = limb <= entry.Level;
            var factor = isOwn ? PrimeChain.Multiply(special) : 0;
            var index = isOwn ? limb : Parameters.MaxLevel + limb - entry.Level;
            var error = Phase(masked[limb], expander, limb, index, from, to, factor);
            Assert.That(error, Is.EqualTo(first ??= error), $"modulo {moduli[limb]}");
        }
        Assert.That(first!.Max(Math.Abs), Is.LessThanOrEqualTo(32));
        var deviation = Math.Sqrt(first!.Average(e => e * e));
        Assert.That(deviation / 3.2, Is.EqualTo(1).Within(6 / Math.Sqrt(2.0 * Parameters.N)));
    }

    [Test]
    public void Keys_come_back_as_they_were()
    {
        var live = ResidueMemory.LiveBuffers;
        using (var keys = EvaluationKeys.Open(_file.Path, Parameters))
        {
            Assert.That(keys.Manifest.Select(key => key.IsLoaded), Is.All.False);
            Assert.That(keys.DenseToEphemeral!.Bytes, Is.EqualTo(2L * 2 * Parameters.N * sizeof(double)));
            Assert.That(keys.Manifest.Select(key => key.IsLoaded), Is.EqualTo(new[] { true, false }));
            Assert.That(keys.EphemeralToDense!.Bytes, Is.EqualTo(2L * 24 * Parameters.N * sizeof(double)));
            Assert.That(keys.Manifest.Sum(key => key.MemoryBytes), Is.EqualTo(keys.Bytes));
            using var copy = new TemporaryFile();
            KeySetFile.Save(
                copy.Path, Parameters, keys.KeyId!.Value, Names,
                (id, _) => Copy(id == EvaluationKeyId.DenseToEphemeral ? keys.DenseToEphemeral : keys.EphemeralToDense),
                _ => { }, new ParallelOptions());
            Assert.That(File.ReadAllBytes(copy.Path), Is.EqualTo(_bytes));
        }
        Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live));

        static SwitchingKey Copy(SwitchingKey key)
        {
            var copy = SwitchingKey.Rent(key.Parameters, key.Shape, key.Seed);
            copy.Masked.CopyLimbsFrom(key.Masked, key.Masked.LimbCount);
            copy.Uniform.CopyLimbsFrom(key.Uniform, key.Uniform.LimbCount);
            return copy;
        }
    }

    [Test]
    public void The_manifest_names_the_moduli_of_every_key()
    {
        using var keys = EvaluationKeys.Open(_file.Path, Parameters);
        Assert.That(keys.Manifest[0].Moduli, Is.EqualTo(new[] { Parameters.Moduli[0], FirstSpecial }));
        Assert.That(keys.Manifest[0].Log2Modulus, Is.EqualTo(100).Within(0.01));
        Assert.That(keys.Manifest[1].Moduli, Is.EqualTo(Parameters.Moduli.Concat(Parameters.SpecialModuli)));
        Assert.That(keys.Manifest[1].Log2Modulus, Is.EqualTo(Parameters.Log2QP).Within(1e-9));
        var rotation = EvaluationKeys.Describe(Parameters, new(EvaluationKeyKind.Rotation, 1), 2, isLoaded: false);
        Assert.That(rotation.Moduli, Is.EqualTo(Parameters.Moduli.Take(3).Concat(Parameters.SpecialModuli)));
    }

    /// <summary>At N = 2^16: 2 MiB modulo 100 bits, and 38 limbs in one digit, 38 MiB, instead of four.</summary>
    [Test]
    public void Keys_of_the_full_set_keep_the_bound_and_are_small()
    {
        var full = CkksParameters.Create(NamedParameters.N16QP1727Bootstrapping);
        var to = EvaluationKeys.Describe(full, EvaluationKeyId.DenseToEphemeral, 0, isLoaded: false);
        var back = EvaluationKeys.Describe(full, EvaluationKeyId.EphemeralToDense, full.MaxLevel, isLoaded: false);
        var secret = SecretDistribution.SparseTernary(full.Bootstrapping!.EphemeralWeight);
        Assert.That(to.Log2Modulus, Is.LessThan(SecurityTable.MaxLog2QP(16, secret)!.Value).And.EqualTo(100).Within(0.001));
        Assert.That((to.MemoryBytes, back.MemoryBytes), Is.EqualTo((2L << 20, 38L << 20)));
        Assert.That(back.Log2Modulus, Is.EqualTo(full.Log2QP).Within(1e-9));
    }

    private static int Bits(ulong modulus) => 64 - BitOperations.LeadingZeroCount(modulus);

    private Entry ReadEntry(int number)
    {
        using var reader = new BinaryReader(new MemoryStream(_bytes));
        reader.BaseStream.Position = 60 + 4 + number * EntryBytes;
        (int kind, int level) = (reader.ReadByte(), reader.ReadByte());
        (int digits, int limbs) = (reader.ReadUInt16(), reader.ReadUInt16());
        reader.ReadInt32();
        return new Entry(kind, level, digits, limbs, reader.ReadInt64(), reader.ReadInt64());
    }

    /// <summary>The residues behind the seed, each limb being one long integer.</summary>
    private ulong[][] ReadLimbs(Entry entry, ulong[] moduli)
    {
        var next = (int)entry.Offset + 32;
        var limbs = new ulong[moduli.Length][];
        for (var i = 0; i < limbs.Length; i++)
        {
            var bits = Bits(moduli[i]);
            limbs[i] = new ulong[Parameters.N];
            for (var k = 0; k < Parameters.N; k += 8)
            {
                var group = new BigInteger(_bytes.AsSpan(next, bits), isUnsigned: true);
                next += bits;
                for (var j = 0; j < 8; j++, group >>= bits)
                    limbs[i][k + j] = (ulong)(group & (BigInteger.One << bits) - 1);
            }
            Assert.That(limbs[i].Max(), Is.LessThan(moduli[i]));
        }
        return limbs;
    }

    /// <summary>The coefficients of b + a to - factor * from modulo one prime, a being expanded from the seed.</summary>
    private double[] Phase(
        ulong[] masked, UniformExpander expander, int limb, int modulusIndex, RnsPolynomial from, RnsPolynomial to, BigInteger factor)
    {
        var ring = Parameters.Ring;
        var modulus = ring.Moduli[modulusIndex];
        using var work = ring.Rent(1);
        expander.Fill(work.Limb(0), ring.N, modulus, (ulong)limb);
        for (var k = 0; k < ring.N; k++)
        {
            var phase = masked[k] + (BigInteger)work.LimbSpan(0)[k] * (BigInteger)to.LimbSpan(modulusIndex)[k]
                - factor * (BigInteger)from.LimbSpan(modulusIndex)[k];
            work.LimbSpan(0)[k] = (double)(phase % modulus.Value);
        }
        ring.Kernels.Reduce(work.Limb(0), work.Limb(0), ring.N, modulus);
        ring.InverseNtt(work.Limb(0), modulusIndex);
        return [.. work.LimbSpan(0).ToArray().Select(value => value + 0.0)];
    }

    private sealed record Entry(int Kind, int Level, int Digits, int Limbs, long Offset, long Length);
}
