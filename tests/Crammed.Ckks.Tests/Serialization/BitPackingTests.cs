using System.Numerics;
using Crammed.Ckks.Arithmetic;
using Crammed.Ckks.Serialization;
using Crammed.Ckks.Tests.Arithmetic;

namespace Crammed.Ckks.Tests.Serialization;

[TestFixture]
internal sealed class BitPackingTests
{
    [TestCaseSource(typeof(KernelCase), nameof(KernelCase.Primes))]
    public void Residues_pack_as_one_long_integer(ulong prime)
    {
        var modulus = new Modulus(prime);
        double[] residues = KernelCase.Residues(136, prime, 1);
        var packed = new byte[BitPacking.PackedBytes(residues.Length, modulus)];
        BitPacking.Pack(residues, modulus, packed);
        // Independently: residue i at bit i * BitLength of one little-endian integer.
        BigInteger expected = BigInteger.Zero;
        for (int i = 0; i < residues.Length; i++)
            expected |= (BigInteger)Oracle.Canonical(residues[i], prime) << i * modulus.BitLength;
        Assert.That(new BigInteger(packed, isUnsigned: true), Is.EqualTo(expected));

        var unpacked = new double[residues.Length];
        BitPacking.Unpack(packed, modulus, unpacked);
        Assert.That(unpacked.Select(r => Oracle.Canonical(r, prime)), Is.EqualTo(residues.Select(r => Oracle.Canonical(r, prime))));
        Assert.That(unpacked.Max(Math.Abs), Is.LessThanOrEqualTo((prime - 1) / 2));
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
