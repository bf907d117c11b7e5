using System.Numerics;
using Crammed.Ckks.Arithmetic;
using Crammed.Ckks.Ring;
using Crammed.Ckks.Tests.Arithmetic;

namespace Crammed.Ckks.Tests.Ring;

[TestFixture]
internal sealed unsafe class BaseConversionTests
{
    private static readonly int[] Sizes = [50, 46, 36, 40, 50, 30];

    /// <summary>Against integers: the centred representative, exactly, for random numbers, small ones and those next to the ends.</summary>
    [Test]
    public void Conversion_is_exact_and_centred([Values(1, 2, 3, 4)] int count)
    {
        var used = new List<ulong>();
        foreach (var size in Sizes)
            used.Add(PrimeSearch.LargestBelow(size, 256, used));
        var ring = new RingContext(7, used, VectorKernels.Default);
        int[] source = [.. Enumerable.Range(0, count)];
        var product = source.Aggregate(BigInteger.One, (acc, i) => acc * used[i]);
        var numbers = Numbers(product, ring.N);

        using var limbs = ring.Rent(count + 1);
        var pointers = stackalloc double*[count];
        for (var limb = 0; limb < count; limb++)
        {
            pointers[limb] = limbs.Limb(limb);
            for (var i = 0; i < ring.N; i++)
                pointers[limb][i] = ring.Moduli[limb].Centre(Mod(numbers[i], used[limb]));
        }
        var conversion = new BaseConversion(ring, source);
        conversion.ToMixedRadix(pointers, count);
        for (var target = count; target < used.Count; target++)
        {
            var destination = limbs.Limb(count);
            conversion.Evaluate(&destination, pointers, count, target, 1);
            for (var i = 0; i < ring.N; i++)
            {
                var converted = Oracle.Canonical(limbs.LimbSpan(count)[i], used[target]);
                Assert.That(converted, Is.EqualTo(Mod(numbers[i], used[target])), $"{numbers[i]}");
            }
            var inverse = Oracle.Canonical(conversion.ProductInverse(count, target), used[target]);
            Assert.That(Oracle.Multiply(inverse, Mod(product, used[target]), used[target]), Is.EqualTo(1));
        }
    }

    private static BigInteger[] Numbers(BigInteger product, int count)
    {
        var random = new Random(3);
        var half = (product - 1) / 2;
        var numbers = new List<BigInteger> { 0, 1, -1, half, -half, half - 1, 1 - half, 123456789, -987654321 };
        while (numbers.Count < count)
        {
            var bytes = new byte[32];
            random.NextBytes(bytes);
            numbers.Add(new BigInteger(bytes, isUnsigned: true) % product - half);
        }
        return [.. numbers.Take(count)];
    }

    private static ulong Mod(BigInteger value, ulong modulus)
    {
        var remainder = value % modulus;
        return (ulong)(remainder.Sign < 0 ? remainder + modulus : remainder);
    }
}
