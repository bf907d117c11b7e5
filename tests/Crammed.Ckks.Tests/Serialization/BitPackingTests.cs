using System.Numerics;
using Crammed.Ckks.Arithmetic;
using Crammed.Ckks.Serialization;
using Crammed.Ckks.Tests.Arithmetic;
using FsCheck;
using FsCheck.Fluent;

namespace Crammed.Ckks.Tests.Serialization;

[TestFixture]
internal sealed class BitPackingTests
{
    [TestCaseSource(typeof(KernelCase), nameof(KernelCase.Primes))]
    public void Residues_pack_as_one_long_integer(ulong prime)
    {
        var modulus = new Modulus(prime);
        var residues = KernelCase.Residues(136, prime, 1);
        var packed = new byte[BitPacking.PackedBytes(residues.Length, modulus)];
        BitPacking.Pack(residues, modulus, packed);
        // Independently: residue i at bit i * BitLength of one little-endian integer.
        var expected = BigInteger.Zero;
        for (var i = 0; i < residues.Length; i++)
            expected |= (BigInteger)Oracle.Canonical(residues[i], prime) << i * modulus.BitLength;
        Assert.That(new BigInteger(packed, isUnsigned: true), Is.EqualTo(expected));

        var unpacked = new double[residues.Length];
        BitPacking.Unpack(packed, modulus, unpacked);
        Assert.That(unpacked.Select(r => Oracle.Canonical(r, prime)), Is.EqualTo(residues.Select(r => Oracle.Canonical(r, prime))));
        Assert.That(unpacked.Max(Math.Abs), Is.LessThanOrEqualTo((prime - 1) / 2));
    }

    /// <summary>Any size of prime, any number of groups, any residue up to p in size, both zeros among them.</summary>
    [Test]
    public void Unpacking_undoes_packing()
    {
        var residues =
            from bits in Gen.Choose(20, Modulus.MaxBitLength)
            from groups in Gen.Choose(1, 9)
            let prime = PrimeSearch.LargestBelow(bits, 256, new HashSet<ulong>())
            let edges = new double[] { 0, -0.0, 1, -1, prime, -(double)prime, prime - 1, prime / 2, -(double)(prime / 2), prime / 2 + 1 }
            let random = Gen.Choose(int.MinValue, int.MaxValue).Select(number => Math.Round(prime * (number / (double)int.MaxValue)))
            let clamped = random.Select(value => Math.Clamp(value, -(double)prime, prime))
            from values in Gen.ArrayOf(Gen.OneOf(Gen.Elements(edges), clamped), 8 * groups)
            select (prime, values);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(Arb.From(residues), test =>
        {
            var modulus = new Modulus(test.prime);
            var packed = new byte[BitPacking.PackedBytes(test.values.Length, modulus)];
            BitPacking.Pack(test.values, modulus, packed);
            var unpacked = new double[test.values.Length];
            BitPacking.Unpack(packed, modulus, unpacked);
            BigInteger Canonical(double value) => ((BigInteger)value % test.prime + test.prime) % test.prime;
            Assert.That(unpacked.Select(Canonical), Is.EqualTo(test.values.Select(Canonical)));
            Assert.That(unpacked.Max(Math.Abs), Is.LessThanOrEqualTo(test.prime / 2));
        }));
    }

    [Test]
    public void Lengths_that_do_not_fit_are_refused()
    {
        var modulus = new Modulus(KernelCase.Primes[2]);
        Assert.That(() => BitPacking.Pack(new double[12], modulus, new byte[100]), Throws.ArgumentException);
        Assert.That(() => BitPacking.Unpack(new byte[modulus.BitLength - 1], modulus, new double[8]), Throws.ArgumentException);
    }

    [Test]
    public void A_residue_that_is_not_below_the_prime_is_refused()
    {
        var modulus = new Modulus(KernelCase.Primes[2]);
        var packed = new byte[BitPacking.PackedBytes(128, modulus)];
        BinaryPrimitivesWrite(packed, modulus.Value);
        Assert.That(() => BitPacking.Unpack(packed, modulus, new double[128]), Throws.InstanceOf<CkksFormatException>());
        BinaryPrimitivesWrite(packed, modulus.Value - 1);
        Assert.That(() => BitPacking.Unpack(packed, modulus, new double[128]), Throws.Nothing);
    }

    private static void BinaryPrimitivesWrite(byte[] packed, ulong first) =>
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64LittleEndian(packed, first);
}
