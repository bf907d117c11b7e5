using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;
using Crammed.Ckks.Arithmetic;
using Crammed.Ckks.Ring;
using Crammed.Ckks.Tests.Arithmetic;

namespace Crammed.Ckks.Tests.Ring;

/// <summary>The expansion of seeds is part of the file formats: it must never change, and be uniform.</summary>
[TestFixture]
internal sealed unsafe class UniformExpanderTests
{
    private static readonly byte[] Seed = [.. Enumerable.Range(0, 32).Select(i => (byte)(7 * i + 1))];

    [TestCaseSource(typeof(KernelCase), nameof(KernelCase.Primes))]
    public void Residues_are_those_of_the_definition(ulong prime)
    {
        const ulong stream = 5;
        var limb = Expand(prime, 3000, stream);
        // Word by word: AES-256 of (block, stream), two words a block; floor(word p / 2^64) unless the low half is biased.
        using var aes = Aes.Create();
        aes.Key = Seed;
        var expected = new List<ulong>();
        for (ulong block = 0; expected.Count < limb.Length; block++)
        {
            var counter = new byte[16];
            BinaryPrimitives.WriteUInt64LittleEndian(counter, block);
            BinaryPrimitives.WriteUInt64LittleEndian(counter.AsSpan(8), stream);
            var output = aes.EncryptEcb(counter, PaddingMode.None);
            foreach (var offset in new[] { 0, 8 })
            {
                var product = new BigInteger(BinaryPrimitives.ReadUInt64LittleEndian(output.AsSpan(offset))) * prime;
                var low = product % BigInteger.Pow(2, 64);
                if (low >= BigInteger.Pow(2, 64) % prime)
                    expected.Add((ulong)(product >> 64));
            }
        }
        Assert.That(limb.Select(value => Oracle.Canonical(value, prime)), Is.EqualTo(expected.Take(limb.Length)));
        Assert.That(limb.Max(Math.Abs), Is.LessThanOrEqualTo((prime - 1) / 2));
    }

    /// <summary>
    /// Vectors of words against single ones, over so many that words are rejected: of this prime, with 2^64 mod p = 0.74 p, one in 2^14.6,
    /// 42 of 2^20.
    /// </summary>
    [Test]
    public void Rejected_words_leave_no_gap()
    {
        const ulong prime = 1_000_000_000_000_037;
        const int count = 1 << 20;
        using var stream = new AesKeyStream(Seed);
        stream.Seek(3);
        var expected = new List<double>();
        var rejected = 0;
        while (expected.Count < count)
        {
            foreach (var word in stream.NextBatch())
            {
                var product = (UInt128)word * prime;
                if ((ulong)product < (ulong)(((UInt128)1 << 64) % prime))
                    rejected++;
                else
                    expected.Add((double)(product >> 64) is var residue && residue > (prime - 1) / 2 ? residue - prime : residue);
            }
        }
        Assert.That(rejected, Is.InRange(20, 80));
        Assert.That(Expand(prime, count, 3).AsSpan().SequenceEqual(expected.Take(count).ToArray()));
    }

    /// <summary>2^16 residues in 16 classes: chi-squared with 15 degrees of freedom passes 50 once in 80,000 times.</summary>
    [TestCaseSource(typeof(KernelCase), nameof(KernelCase.Primes))]
    public void Residues_are_uniform(ulong prime)
    {
        const int count = 1 << 16, classes = 16;
        var counts = new int[classes];
        foreach (var value in Expand(prime, count, 0))
            counts[(int)((UInt128)Oracle.Canonical(value, prime) * classes / prime)]++;
        var expected = (double)count / classes;
        Assert.That(counts.Sum(c => (c - expected) * (c - expected) / expected), Is.LessThan(50));
    }

    [Test]
    public void Streams_and_seeds_differ()
    {
        var prime = KernelCase.Primes[2];
        Assert.That(Expand(prime, 64, 0), Is.Not.EqualTo(Expand(prime, 64, 1)));
        Assert.That(() => new AesKeyStream(new byte[16]), Throws.ArgumentException.With.Message.Contains("32 bytes"));
    }

    private static double[] Expand(ulong prime, int count, ulong stream)
    {
        var limb = new double[count];
        using var expander = new UniformExpander(Seed);
        fixed (double* pointer = limb)
            expander.Fill(pointer, count, new Modulus(prime), stream);
        return limb;
    }
}
