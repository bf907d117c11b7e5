using System.Numerics;
using Crammed.Ckks.Arithmetic;
using Crammed.Ckks.Tests.Arithmetic;

namespace Crammed.Ckks.Tests.Scheme;

[TestFixture]
internal sealed unsafe class EncoderTests
{
    private static readonly CkksParametersLiteral Small = new("insecure-N8", 8, [46, 36, 36], [50], 36);

    private static IEnumerable<int> SlotCounts => [2, 8, 64, 512];

    /// <summary>Direct evaluation at ζ^(5^j), ζ = exp(iπ/N): each of N terms rounds to 2^-53 of its size.</summary>
    [Test]
    public void Slots_are_the_polynomial_at_the_powers_of_five(
        [ValueSource(typeof(KernelCase), nameof(KernelCase.Instances))] string instance, [ValueSource(nameof(SlotCounts))] int slots)
    {
        int n = 2 * slots;
        var random = new Random(slots);
        double[] coefficients = [.. Enumerable.Range(0, n).Select(_ => 2 * random.NextDouble() - 1)];
        double[] values = [.. coefficients], scratch = new double[n];
        var transform = new SpecialFourierTransform(slots, KernelCase.Kernels(instance));
        fixed (double* real = values, work = scratch)
        {
            transform.ToSlots(real, real + slots, work);
            double tolerance = 4 * n * Math.ScaleB(1, -52);
            for (int j = 0; j < slots; j++)
            {
                long power = (long)BigInteger.ModPow(5, j, 2 * n);
                Complex expected = 0;
                for (int k = 0; k < n; k++)
                    expected += coefficients[k] * Complex.FromPolarCoordinates(1, Math.PI * (power * k % (2 * n)) / n);
                Assert.That(Complex.Abs(new Complex(values[j], values[slots + j]) - expected), Is.LessThan(tolerance), $"slot {j}");
            }
            transform.FromSlots(real, real + slots, work);
        }
        for (int k = 0; k < n; k++)
            Assert.That(values[k] / slots, Is.EqualTo(coefficients[k]).Within(4 * n * Math.ScaleB(1, -52)));
    }

    /// <summary>The stated accuracy: a relative error of 2^-50 of the root mean square there and back, for the largest ring.</summary>
    [Test]
    public void The_transform_is_accurate_to_2_to_the_minus_50()
    {
        const int slots = 1 << 14;
        var random = new Random(1);
        double[] original = [.. Enumerable.Range(0, 2 * slots).Select(_ => 2 * random.NextDouble() - 1)];
        double[] values = [.. original], scratch = new double[2 * slots];
        var transform = new SpecialFourierTransform(slots, VectorKernels.Default);
        fixed (double* real = values, work = scratch)
        {
            transform.FromSlots(real, real + slots, work);
            for (int i = 0; i < values.Length; i++)
                values[i] /= slots;
            transform.ToSlots(real, real + slots, work);
        }
        double meanSquare = values.Zip(original, (a, b) => (a - b) * (a - b)).Average() / original.Average(value => value * value);
        Assert.That(Math.Sqrt(meanSquare), Is.LessThan(Math.ScaleB(1, -50)));
    }

    [Test]
    public void Values_come_back_with_the_rounding_error_alone([Values(0, 1, 2)] int level, [Values(20, 36, 40)] int log2Scale)
    {
        CkksSetup setup = CkksSetup.Of(Small);
        double scale = Math.ScaleB(1, log2Scale);
        Complex[] values = setup.RandomComplexSlots(3);
        using Plaintext plaintext = setup.Encoder.Encode(values, level, scale);
        Assert.That((plaintext.Level, plaintext.Scale), Is.EqualTo((level, scale)));
        double rms = Math.Sqrt(setup.Encoder.DecodeComplex(plaintext).Zip(values, (a, b) => Math.Pow((a - b).Real, 2)).Average());
        // 128 slots: the rms has a relative standard error of 6 %.
        Assert.That(rms / setup.Noise.EncodeRounding(scale), Is.InRange(0.7, 1.3));
    }

    [Test]
    public void Short_vectors_are_filled_with_zeros()
    {
        CkksSetup setup = CkksSetup.Of(Small);
        using Plaintext plaintext = setup.Encoder.Encode([3.0, -4.0], 2);
        double[] slots = setup.Encoder.Decode(plaintext);
        double tolerance = 7 * setup.Noise.EncodeRounding(plaintext.Scale);
        Assert.That(slots[0], Is.EqualTo(3).Within(tolerance));
        Assert.That(slots[1], Is.EqualTo(-4).Within(tolerance));
        Assert.That(slots.Skip(2), Has.All.EqualTo(0).Within(tolerance));
    }

    [Test]
    public void Coefficients_beyond_2_to_the_53_are_encoded_and_decoded_exactly_to_double_precision()
    {
        CkksSetup setup = CkksSetup.Of(Small);
        // Scale 2^80 at level 2 (118 bits): coefficients of 80 bits, relative error of the transform 2^-50.
        double[] values = setup.RandomSlots(8);
        using Plaintext plaintext = setup.Encoder.Encode(values, 2, Math.ScaleB(1, 80));
        double[] slots = setup.Encoder.Decode(plaintext);
        Assert.That(slots.Zip(values, (a, b) => Math.Abs(a - b)).Max(), Is.LessThan(Math.ScaleB(1, -48)));
    }

    [Test]
    public void What_cannot_be_encoded_is_refused_with_the_reason()
    {
        CkksSetup setup = CkksSetup.Of(Small);
        CkksEncoder encoder = setup.Encoder;
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
        CkksSetup other = CkksSetup.Of(NamedParameters.InsecureN11);
        using Plaintext foreign = other.Encoder.Encode([1.0], 0);
        Assert.That(() => encoder.Decode(foreign), Throws.ArgumentException);
    }
}
