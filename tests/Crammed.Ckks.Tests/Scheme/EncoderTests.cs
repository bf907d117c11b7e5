using System.Numerics;
using FsCheck;
using FsCheck.Fluent;

namespace Crammed.Ckks.Tests.Scheme;

[TestFixture]
internal sealed class EncoderTests
{
    private static readonly CkksParametersLiteral Small = new("insecure-N8", 8, [46, 36, 36], [50], 36);

    [Test]
    public void Values_come_back_with_the_rounding_error_alone([Values(0, 1, 2)] int level, [Values(20, 36, 40)] int log2Scale)
    {
        var setup = CkksSetup.Of(Small);
        var scale = Math.ScaleB(1, log2Scale);
        var values = setup.RandomComplexSlots(3);
        using var plaintext = setup.Encoder.Encode(values, level, scale);
        Assert.That((plaintext.Level, plaintext.Scale), Is.EqualTo((level, scale)));
        var rms = Math.Sqrt(setup.Encoder.DecodeComplex(plaintext).Zip(values, (a, b) => Math.Pow((a - b).Real, 2)).Average());
        // 128 slots: the rms has a relative standard error of 6 %.
        Assert.That(rms / setup.Noise.EncodeRounding(scale), Is.InRange(0.7, 1.3));
    }

    /// <summary>
    /// The embedding is a ring homomorphism: a product of polynomials is one of slots. The errors are those of rounding, of messages up to
    /// 8 sqrt(2) in size, and of three transforms of 7 stages in doubles relative to products up to 128; 8 standard deviations.
    /// </summary>
    [Test]
    public void Polynomials_multiply_as_slots_do()
    {
        var setup = CkksSetup.Of(Small);
        var scale = Math.ScaleB(1, 30);
        var rounding = NoiseEstimator.Product(
            8 * Math.Sqrt(2), setup.Noise.EncodeRounding(scale), 8 * Math.Sqrt(2), setup.Noise.EncodeRounding(scale));
        var tolerance = 8 * (Math.Sqrt(2) * rounding + 3 * 128 * SpecialFourierTransform.RelativeErrorPerStage * Math.Sqrt(7));
        var messages =
            from length in Gen.Choose(1, setup.Parameters.SlotCount)
            from parts in Gen.ArrayOf(Gen.Choose(-8000, 8000).Select(value => value / 1000.0), 2 * length)
            select Enumerable.Range(0, length).Select(i => new Complex(parts[2 * i], parts[2 * i + 1])).ToArray();
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(50), Prop.ForAll(messages.Two().ToArbitrary(), pair =>
        {
            using Plaintext x = setup.Encoder.Encode(pair.Item1, 2, scale), y = setup.Encoder.Encode(pair.Item2, 2, scale);
            using var product = Multiply(x, y);
            var slots = setup.Encoder.DecodeComplex(product);
            for (var i = 0; i < slots.Length; i++)
            {
                var expected = pair.Item1.ElementAtOrDefault(i) * pair.Item2.ElementAtOrDefault(i);
                Assert.That(Complex.Abs(slots[i] - expected), Is.LessThan(tolerance));
            }
        }));
    }

    [Test]
    public void Short_vectors_are_filled_with_zeros()
    {
        var setup = CkksSetup.Of(Small);
        using var plaintext = setup.Encoder.Encode([3.0, -4.0], 2);
        var slots = setup.Encoder.Decode(plaintext);
        var tolerance = 7 * setup.Noise.EncodeRounding(plaintext.Scale);
        Assert.That(slots[0], Is.EqualTo(3).Within(tolerance));
        Assert.That(slots[1], Is.EqualTo(-4).Within(tolerance));
        Assert.That(slots.Skip(2), Has.All.EqualTo(0).Within(tolerance));
    }

    [Test]
    public void What_cannot_be_encoded_is_refused_with_the_reason()
    {
        var setup = CkksSetup.Of(Small);
        var encoder = setup.Encoder;
        Assert.That(() => encoder.Encode(new double[129], 0), Throws.ArgumentException.With.Message.Contains("129 values"));
        Assert.That(() => encoder.Encode([1.0], 3), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => encoder.Encode([1.0], -1), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => encoder.Encode([1.0], 0, 0), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => encoder.Encode([1.0], 0, double.NaN), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => encoder.Encode([double.NaN, 1.0], 0), Throws.ArgumentException);
        Assert.That(() => encoder.Encode([double.PositiveInfinity], 0), Throws.ArgumentException);
        // All slots equal: the constant coefficient is 2^10 * 2^36 > q_0 / 2 at level 0, and fits at level 1.
        double[] large = [.. Enumerable.Repeat(1024.0, 128)];
        Assert.That(() => encoder.Encode(large, 0), Throws.ArgumentException.With.Message.Contains("level 0").And.Message.Contains("2^45"));
        Assert.That(() => encoder.Encode(large, 1).Dispose(), Throws.Nothing);
        Assert.That(() => encoder.EncodeSparse(new double[3], 0, 2), Throws.ArgumentException.With.Message.Contains("3 slots"));
        Assert.That(() => encoder.EncodeSparse(new double[256], 0, 2), Throws.ArgumentException.With.Message.Contains("256 slots"));
        Assert.That(() => encoder.EncodeConstant(1, 3, 2), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => encoder.EncodeConstant(1, 0, -2), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => encoder.EncodeConstant(double.NaN, 0, 2), Throws.ArgumentException);
        var other = CkksSetup.Of(NamedParameters.InsecureN11);
        using var foreign = other.Encoder.Encode([1.0], 0);
        Assert.That(() => encoder.Decode(foreign), Throws.ArgumentException.With.Message.Contains("insecure-N11"));
        Assert.That(() => encoder.DecodeSparse(foreign, 2), Throws.ArgumentException);
        using var own = encoder.Encode([1.0], 0);
        Assert.That(() => encoder.DecodeSparse(own, 0), Throws.ArgumentException);
        Assert.That(() => encoder.DecodeSparseComplex(own, 48), Throws.ArgumentException.With.Message.Contains("48 slots"));
    }

    private static unsafe Plaintext Multiply(Plaintext x, Plaintext y)
    {
        var ring = x.Parameters.Ring;
        var product = ring.Rent(x.Level + 1);
        for (var limb = 0; limb <= x.Level; limb++)
            ring.Kernels.Multiply(product.Limb(limb), x.Polynomial.Limb(limb), y.Polynomial.Limb(limb), ring.N, ring.Moduli[limb]);
        return new Plaintext(x.Parameters, product, x.Level, x.Scale * y.Scale);
    }
}
