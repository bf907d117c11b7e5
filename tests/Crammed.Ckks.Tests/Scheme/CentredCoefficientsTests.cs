using System.Numerics;

namespace Crammed.Ckks.Tests.Scheme;

/// <summary>
/// Reading coefficients from as few limbs as possible, against big integers: the relative error is at most (level + 2) 2^-53, and
/// messages that pass the first moduli are never taken for small ones.
/// </summary>
[TestFixture]
internal sealed unsafe class CentredCoefficientsTests
{
    private static readonly CkksParameters Parameters =
        CkksParameters.Create(new CkksParametersLiteral("insecure-N8-taller", 8, [46, 36, 36, 36, 36, 36, 36], [50], 36));

    private readonly List<int> _read = [];

    /// <summary>Half the products of the first one, three and seven moduli are about 2^45, 2^117 and 2^261.</summary>
    [Test]
    public void Coefficients_of_any_size_come_out_right([Values(10, 44, 47, 81, 116, 119, 190, 260)] int bits)
    {
        var random = new Random(bits);
        BigInteger[] coefficients = [.. Enumerable.Range(0, Parameters.N).Select(_ => Draw(random, bits))];
        AssertRead(coefficients, Parameters.MaxLevel, LimbsFor(coefficients));
    }

    [Test]
    public void One_large_coefficient_among_small_ones_is_not_lost([Values(0, 17, 255)] int place)
    {
        var coefficients = new BigInteger[Parameters.N];
        for (var bits = 0; bits < 260; bits++)
        {
            coefficients[place] = BigInteger.One << bits;
            AssertRead(coefficients, Parameters.MaxLevel, LimbsFor(coefficients));
        }
    }

    [Test]
    public void Low_levels_give_what_they_have([Values(0, 1, 2)] int level)
    {
        var random = new Random(level);
        var bits = (int)PlaintextCoefficients.Modulus(Parameters, level).GetBitLength() - 2;
        AssertRead([.. Enumerable.Range(0, Parameters.N).Select(_ => Draw(random, bits))], level, level + 1);
        AssertRead([.. Enumerable.Range(0, Parameters.N).Select(_ => Draw(random, 30))], level, Math.Min(2, level + 1));
    }

    /// <summary>Attempts read two, four and all limbs; the last one of the first two attempts only confirms.</summary>
    private static int LimbsFor(BigInteger[] coefficients)
    {
        var largest = coefficients.Max(BigInteger.Abs);
        if (2 * largest < PlaintextCoefficients.Modulus(Parameters, 0))
            return 2;
        return 2 * largest < PlaintextCoefficients.Modulus(Parameters, 2) ? 4 : 7;
    }

    private static BigInteger Draw(Random random, int bits)
    {
        var bytes = new byte[bits / 8 + 2];
        random.NextBytes(bytes);
        var magnitude = new BigInteger(bytes, isUnsigned: true) % (BigInteger.One << bits);
        return random.Next(2) == 0 ? magnitude : -magnitude;
    }

    private void AssertRead(BigInteger[] coefficients, int level, int limbs)
    {
        var result = new double[Parameters.N];
        _read.Clear();
        fixed (double* destination = result)
            Assert.That(CentredCoefficients.Read(Parameters, Reader(coefficients), level, 1, destination), Is.EqualTo(limbs));
        Assert.That(_read.Max(), Is.EqualTo(limbs - 1), "limbs read");
        for (var k = 0; k < result.Length; k++)
        {
            var expected = (double)coefficients[k];
            Assert.That(result[k], Is.EqualTo(expected).Within(Math.ScaleB((level + 3) * Math.Abs(expected), -53)));
        }
    }

    private LimbReader Reader(BigInteger[] coefficients) => (destination, limb) =>
    {
        _read.Add(limb);
        var ring = Parameters.Ring;
        var modulus = ring.Moduli[limb];
        for (var k = 0; k < coefficients.Length; k++)
        {
            var remainder = coefficients[k] % modulus.Value;
            destination[k] = modulus.Centre((ulong)(remainder.Sign < 0 ? remainder + modulus.Value : remainder));
        }
        ring.ForwardNtt(destination, limb);
    };
}
