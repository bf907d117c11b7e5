using System.Numerics;
using Crammed.Ckks.Ring;
using FsCheck;
using FsCheck.Fluent;

namespace Crammed.Ckks.Tests.Scheme;

/// <summary>The polynomials that encoding makes, read back by big integers: large scales, sparse packing and constants.</summary>
[TestFixture]
internal sealed unsafe class EncodedCoefficientsTests
{
    /// <summary>Moduli of 46 + 5 * 36 = 226 bits over 128 slots.</summary>
    private static readonly CkksParametersLiteral Tall = new("insecure-N8-tall", 8, [46, 36, 36, 36, 36, 36], [50], 36);

    private static CkksSetup Setup => CkksSetup.Of(Tall);

    private static int N => Setup.Parameters.N;

    /// <summary>
    /// A slot's error is that of rounding N coefficients to integers (8 standard deviations) and that of the transform, relative to the
    /// root mean square of complex slots with parts in [-1, 1], sqrt(2/3).
    /// </summary>
    [Test]
    public void Encoded_polynomials_take_the_values_at_the_roots_at_any_scale(
        [Values(30, 51, 54, 80, 96, 110, 180)] int log2Scale)
    {
        var scale = Math.ScaleB(1.1, log2Scale);
        var values = Setup.RandomComplexSlots(5);
        using var plaintext = Setup.Encoder.Encode(values, Setup.Top, scale);
        double[] coefficients = [.. PlaintextCoefficients.Of(plaintext).Select(integer => (double)integer)];
        var oracle = new EmbeddingOracle(N);
        var transform = SpecialFourierTransform.RelativeErrorPerStage * Math.Sqrt(7) * Math.Sqrt(2.0 / 3);
        var tolerance = 8 * (Math.Sqrt(2) * Setup.Noise.EncodeRounding(scale) + transform);
        for (var j = 0; j < values.Length; j += 9)
            Assert.That(Complex.Abs(oracle.Slot(coefficients, j) / scale - values[j]), Is.LessThan(tolerance), $"slot {j}");
        // Decoding adds a transform of its own and three roundings of coefficients.
        var decoded = Setup.Encoder.DecodeComplex(plaintext);
        for (var j = 0; j < values.Length; j++)
            Assert.That(Complex.Abs(decoded[j] - values[j]), Is.LessThan(tolerance + 8 * transform + Math.ScaleB(3, -53) * N));
    }

    [Test]
    public void Integers_of_any_size_are_reduced_exactly([Values(10, 51, 52, 100, 300, 1000)] int bits)
    {
        var ring = Setup.Parameters.Ring;
        var random = new Random(bits);
        var largest = Math.ScaleB(1, bits);
        double[] integers = [.. Enumerable.Range(0, N).Select(i => i switch
        {
            0 => largest,
            1 => -largest,
            _ => Math.Round((2 * random.NextDouble() - 1) * Math.Pow(2, random.NextDouble() * bits)),
        })];
        double[] small = [.. Enumerable.Range(0, N).Select(_ => (double)random.Next(-32, 33))];
        double[] work = [.. integers];
        fixed (double* coefficients = work)
        {
            using var polynomial = IntegerPolynomial.FromCoefficients(ring, coefficients, largest);
            polynomial.AddSmall(small);
            using var limb = ring.Rent(1);
            for (var i = 0; i < ring.Moduli.Length; i++)
            {
                polynomial.Transform(limb.Limb(0), i);
                ring.InverseNtt(limb.Limb(0), i);
                for (var k = 0; k < N; k++)
                {
                    var difference = new BigInteger(integers[k]) + new BigInteger(small[k]) - new BigInteger(limb.LimbSpan(0)[k]);
                    Assert.That(difference % ring.Moduli[i].Value, Is.EqualTo(BigInteger.Zero));
                }
            }
        }
    }

    [Test]
    public void Sparse_packing_repeats_the_values([Values(0, 1, 2, 3, 6, 7)] int log2Count)
    {
        int count = 1 << log2Count, gap = N / (2 * count);
        var scale = Math.ScaleB(1, 36);
        Complex[] values = [.. Setup.RandomComplexSlots(6).Take(count)];
        using var plaintext = Setup.Encoder.EncodeSparse(values, 2, scale);
        var coefficients = PlaintextCoefficients.Of(plaintext);
        Assert.That(coefficients.Where((_, k) => k % gap != 0), Has.All.EqualTo(BigInteger.Zero));
        // 8 standard deviations of each part; a rounded coefficient is off by one half at most.
        var tolerance = Math.Min(8 * Math.Sqrt(2) * Setup.Noise.EncodeRounding(scale, count), count / scale) + Math.ScaleB(N, -50);
        Complex[] all = Setup.Encoder.DecodeComplex(plaintext), first = Setup.Encoder.DecodeSparseComplex(plaintext, count);
        Assert.That(first, Has.Length.EqualTo(count));
        for (var j = 0; j < all.Length; j++)
            Assert.That(Complex.Abs(all[j] - values[j % count]), Is.LessThan(tolerance), $"slot {j}");
        for (var j = 0; j < count; j++)
            Assert.That(Complex.Abs(first[j] - values[j]), Is.LessThan(tolerance), $"slot {j} of the first");
        using var real = Setup.Encoder.EncodeSparse([.. values.Select(value => value.Real)], 2, scale);
        var reals = Setup.Encoder.DecodeSparse(real, count);
        Assert.That(reals.Zip(values, (a, b) => Math.Abs(a - b.Real)).Max(), Is.LessThan(tolerance));
    }

    [Test]
    public void Sparse_decoding_averages_over_the_repetitions()
    {
        var values = Setup.RandomSlots(8);
        using var plaintext = Setup.Encoder.Encode(values, 1, Math.ScaleB(1, 40));
        var means = Setup.Encoder.DecodeSparse(plaintext, 16);
        var tolerance = 8 * Setup.Noise.EncodeRounding(plaintext.Scale);
        for (var j = 0; j < means.Length; j++)
            Assert.That(means[j], Is.EqualTo(values.Where((_, i) => i % 16 == j).Average()).Within(tolerance));
    }

    [TestCase(2.5, 0, 36, 0)]
    [TestCase(1.0 / 3, -7.25, 36, 2)]
    [TestCase(-1e-3, 1e3, 60, 3)]
    [TestCase(1e20, -1e19, 110, 5)]
    public void Constants_have_two_coefficients_rounded_once(double real, double imaginary, int log2Scale, int level)
    {
        var scale = Math.ScaleB(1.3, log2Scale);
        using var plaintext = Setup.Encoder.EncodeConstant(new Complex(real, imaginary), level, scale);
        var coefficients = PlaintextCoefficients.Of(plaintext);
        Assert.That((plaintext.Level, plaintext.Scale), Is.EqualTo((level, scale)));
        Assert.That(coefficients[0], Is.EqualTo(ExactProduct(real, scale)));
        Assert.That(coefficients[N / 2], Is.EqualTo(ExactProduct(imaginary, scale)));
        Assert.That(coefficients.Where((_, k) => k % (N / 2) != 0), Has.All.EqualTo(BigInteger.Zero));
    }

    [Test]
    public void Constants_are_taken_up_to_half_the_modulus([Values(0, 1, 5)] int level)
    {
        var half = PlaintextCoefficients.Modulus(Setup.Parameters, level) / 2;
        double below = Math.Floor(Math.BitDecrement((double)half)), above = Math.Ceiling(Math.BitIncrement((double)half));
        using (var plaintext = Setup.Encoder.EncodeConstant(below, level, 1))
            Assert.That(PlaintextCoefficients.Of(plaintext)[0], Is.EqualTo(new BigInteger(below)));
        Assert.That(() => Setup.Encoder.EncodeConstant(-above, level, 1), Throws.ArgumentException.With.Message.Contains($"level {level}"));
    }

    [Test]
    public void Products_of_doubles_round_to_the_nearest_integer_ties_to_even()
    {
        // Short mantissas meet ties often, long ones need the low part.
        var operands = from mantissa in Gen.OneOf(Gen.Choose(-64, 64), Gen.Choose(int.MinValue, int.MaxValue))
                       from tail in Gen.Elements(0, 0, 1, 12345)
                       from exponent in Gen.Choose(-50, 60)
                       select Math.ScaleB(mantissa + Math.ScaleB(tail, -20), exponent);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(5000), Prop.ForAll(operands.Two().ToArbitrary(), pair =>
        {
            var product = RoundedProduct.Of(pair.Item1, pair.Item2);
            var integer = new BigInteger(product.High) + new BigInteger(product.Low);
            Assert.That(integer, Is.EqualTo(ExactProduct(pair.Item1, pair.Item2)));
            Assert.That((BigInteger)product.Magnitude, Is.GreaterThanOrEqualTo(BigInteger.Abs(integer)));
            var modulus = Setup.Parameters.Ring.Moduli[1];
            Assert.That((integer - product.Modulo(modulus)) % modulus.Value, Is.EqualTo(BigInteger.Zero));
        }));
        Assert.That(RoundedProduct.Of(double.MaxValue, 2).Magnitude, Is.EqualTo(double.PositiveInfinity));
    }

    /// <summary>The exact product of two doubles rounded to the nearest integer, ties to even.</summary>
    private static BigInteger ExactProduct(double left, double right)
    {
        const int places = 400;
        BigInteger product = Scaled(left) * Scaled(right), unit = BigInteger.One << 2 * places;
        BigInteger floor = (product - (product % unit + unit) % unit) / unit, rest = 2 * (product - floor * unit);
        return rest > unit || rest == unit && !floor.IsEven ? floor + 1 : floor;

        static BigInteger Scaled(double value)
        {
            var exponent = value == 0 ? 0 : Math.ILogB(value) - 52;
            return new BigInteger(Math.ScaleB(value, -exponent)) << exponent + places;
        }
    }
}
