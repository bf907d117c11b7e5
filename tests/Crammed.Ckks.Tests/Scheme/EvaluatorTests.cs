using System.Numerics;
using static Crammed.Ckks.Tests.Scheme.SlotAssert;

namespace Crammed.Ckks.Tests.Scheme;

/// <summary>
/// What each operation does to slots, with noise as <see cref="NoiseEstimator"/> predicts it. Messages are uniform in [-1, 1] with
/// root mean square r = sqrt(1/3); a fresh encryption has error f = (encryption error, encoding error) together.
/// </summary>
[TestFixture("insecure-N11")]
[TestFixture("N14QP428")]
internal sealed class EvaluatorTests(string name)
{
    private static readonly double Rms = Math.Sqrt(1.0 / 3);

    private CkksSetup _setup = null!;
    private Evaluator _evaluator = null!;
    private int _slots;
    private double[] _x = null!;
    private double[] _y = null!;
    private Ciphertext _a = null!;
    private Ciphertext _b = null!;

    [OneTimeSetUp]
    public void EncryptOperands()
    {
        _setup = CkksSetup.Of(NamedParameters.Find(name));
        _evaluator = _setup.Evaluator;
        _slots = _setup.Parameters.SlotCount;
        _x = _setup.RandomSlots(1);
        _y = _setup.RandomSlots(2);
        _a = _setup.Encryptor.Encrypt(_x, _setup.Top);
        _b = _setup.Encryptor.Encrypt(_y, _setup.Top);
    }

    [OneTimeTearDown]
    public void DisposeOperands()
    {
        _a.Dispose();
        _b.Dispose();
    }

    private double Fresh(double scale) => Together(_setup.Noise.FreshSymmetric(scale), _setup.Noise.EncodeRounding(scale));

    /// <summary>The error of a product of two fresh operands.</summary>
    private double FreshProduct => NoiseEstimator.Product(Rms, Fresh(_a.Scale), Rms, Fresh(_a.Scale));

    [Test]
    public void Fresh_ciphertexts_have_the_predicted_noise() => HaveNoise(_setup, _a, i => _x[i], Fresh(_a.Scale));

    [Test]
    public void Sums_and_differences()
    {
        var noise = Math.Sqrt(2) * Fresh(_a.Scale);
        using Ciphertext sum = _evaluator.Add(_a, _b), difference = _evaluator.Subtract(_a, _b), negated = _evaluator.Negate(_a);
        HaveNoise(_setup, sum, i => _x[i] + _y[i], noise);
        HaveNoise(_setup, difference, i => _x[i] - _y[i], noise);
        HaveNoise(_setup, negated, i => -_x[i], Fresh(_a.Scale));
        using var accumulator = _a.Clone();
        _evaluator.AddInPlace(accumulator, _b);
        HaveNoise(_setup, accumulator, i => _x[i] + _y[i], noise);
        Assert.That(accumulator.IsSeeded, Is.False);
    }

    [Test]
    public void Products_and_relinearized_ciphertexts_add_up()
    {
        using var product = _evaluator.Multiply(_a, _b);
        using var relinearized = _evaluator.Relinearize(product);
        using Ciphertext sum = _evaluator.Add(relinearized, product), difference = _evaluator.Subtract(relinearized, product);
        AreClose(_setup, sum, i => 2 * _x[i] * _y[i], 2 * FreshProduct);
        // Only the key switch's noise is left.
        AreClose(_setup, difference, i => 0, _setup.Noise.KeySwitch(_setup.Top, product.Scale));
    }

    [Test]
    public void Plaintext_operands()
    {
        var scale = _a.Scale;
        using var plain = _setup.Encoder.Encode(_y, _setup.Top, scale);
        using var sum = _evaluator.AddPlain(_a, plain);
        using var product = _evaluator.MultiplyPlain(_a, plain);
        var noise = Together(Fresh(scale), _setup.Noise.EncodeRounding(scale));
        HaveNoise(_setup, sum, i => _x[i] + _y[i], noise);
        HaveNoise(
            _setup, product, i => _x[i] * _y[i], NoiseEstimator.Product(Rms, Fresh(scale), Rms, _setup.Noise.EncodeRounding(scale)));
        Assert.That(product.Scale, Is.EqualTo(scale * scale));
    }

    [TestCase(2.5)]
    [TestCase(-1e-3)]
    [TestCase(100.0)]
    public void Constants_are_exact_to_half_a_unit_of_scale(double constant)
    {
        using var sum = _evaluator.AddConstant(_a, constant);
        HaveNoise(_setup, sum, i => _x[i] + constant, Together(Fresh(_a.Scale), 0.5 / _a.Scale));
        using var square = _evaluator.Square(_a);
        using var shifted = _evaluator.AddConstant(square, constant);
        // 2 x e for one shared error instead of two independent ones.
        HaveNoise(_setup, shifted, i => _x[i] * _x[i] + constant, Math.Sqrt(2) * FreshProduct);
    }

    [TestCase(3)]
    [TestCase(-7)]
    public void Integers_multiply_noise_and_message(long factor)
    {
        using var product = _evaluator.MultiplyInteger(_a, factor);
        HaveNoise(_setup, product, i => factor * _x[i], Math.Abs(factor) * Fresh(_a.Scale));
        Assert.That(product.Scale, Is.EqualTo(_a.Scale));
    }

    [TestCase(0.75, 20)]
    [TestCase(-1.0, 62)]
    [TestCase(1.0 / 3, 61)]
    [TestCase(0.0, 30)]
    public void Scalars_multiply_as_integers_at_their_scale(double value, int log2Scale)
    {
        var scalarScale = Math.ScaleB(1, log2Scale);
        using var product = _evaluator.MultiplyScalar(_a, value, scalarScale);
        Assert.That(product.Scale, Is.EqualTo(_a.Scale * scalarScale));
        AreClose(_setup, product, i => value * _x[i], Math.Abs(value) * Fresh(_a.Scale) + 1 / scalarScale);
    }

    [Test]
    public void Products_of_ciphertexts()
    {
        using var product = _evaluator.Multiply(_a, _b);
        Assert.That(product.PolynomialCount, Is.EqualTo(3));
        Assert.That(product.Scale, Is.EqualTo(_a.Scale * _b.Scale));
        HaveNoise(_setup, product, i => _x[i] * _y[i], FreshProduct);
        using var relinearized = _evaluator.Relinearize(product);
        Assert.That(relinearized.PolynomialCount, Is.EqualTo(2));
        HaveNoise(_setup, relinearized, i => _x[i] * _y[i], FreshProduct);
    }

    [Test]
    public void Rescaled_products_stand_at_the_canonical_scale()
    {
        using var product = _evaluator.Multiply(_a, _b);
        using var relinearized = _evaluator.Relinearize(product);
        using Ciphertext inTwoSteps = _evaluator.Rescale(relinearized), inOne = _evaluator.RelinearizeAndRescale(product);
        var scale = _setup.Parameters.ScaleAt(_setup.Top - 1);
        foreach (var result in new[] { inTwoSteps, inOne })
        {
            Assert.That(result.Level, Is.EqualTo(_setup.Top - 1));
            Assert.That(result.Scale, Is.EqualTo(scale));
        }
        HaveNoise(_setup, inTwoSteps, i => _x[i] * _y[i], Together(FreshProduct, _setup.Noise.Rescale(scale)));
        var noise = _setup.Noise.RelinearizeAndRescale(_setup.Top, scale);
        HaveNoise(_setup, inOne, i => _x[i] * _y[i], Together(FreshProduct, noise));
    }

    [Test]
    public void Sums_of_products_relinearize_once()
    {
        using Ciphertext lower = _evaluator.LowerTo(_b, 3), other = _evaluator.LowerTo(_a, 3);
        // Operands above the level of the others lend their lower limbs.
        using Ciphertext higher = _evaluator.DropLevels(lower, 2), third = _evaluator.DropLevels(other, 2);
        using var sum = _evaluator.SumOfProducts([lower, other, higher], [other, other, third]);
        Assert.That(sum.Level, Is.EqualTo(2));
        var operand = Together(Fresh(_a.Scale), _setup.Noise.Rescale(lower.Scale));
        // 2 x y + x x: error 2 (x e_y + y e_x) + 2 x e_x, of variance (4 + 8) r^2 e^2.
        HaveNoise(_setup, sum, i => 2 * _x[i] * _y[i] + _x[i] * _x[i], Math.Sqrt(12) * Rms * operand);
    }

    [Test]
    public void Long_sums_of_products_stay_exact()
    {
        Ciphertext[] left = [.. Enumerable.Repeat(_a, 150)], right = [.. Enumerable.Repeat(_b, 150)];
        using var sum = _evaluator.SumOfProducts(left, right);
        HaveNoise(_setup, sum, i => 150 * _x[i] * _y[i], 150 * FreshProduct);
    }

    [Test]
    public void Sums_of_squared_differences()
    {
        using var sum = _evaluator.SumOfSquaredDifferences([_a, _b, _a], [_b, _a, _a]);
        // 2 (x - y)^2: error 4 (x - y)(e_x - e_y), of variance 16 * 2 r^2 * 2 f^2.
        HaveNoise(_setup, sum, i => 2 * Math.Pow(_x[i] - _y[i], 2), 8 * Rms * Fresh(_a.Scale));
    }

    [Test]
    public void Linear_combinations_are_a_matrix_product()
    {
        var random = new Random(5);
        const int outputs = 6, inputs = 70;
        var weights = new double[outputs, inputs];
        for (var output = 0; output < outputs; output++)
        {
            for (var input = 0; input < inputs; input++)
                weights[output, input] = random.Next(3) == 0 ? 0 : 2 * random.NextDouble() - 1;
        }
        Ciphertext[] ciphertexts = [.. Enumerable.Range(0, inputs).Select(i => i % 2 == 0 ? _a : _b)];
        double scale = _setup.Parameters.Moduli[_setup.Top];
        // As documented: integers of at most 2^27 times the least common factor.
        var factor = Math.Ceiling(weights.Cast<double>().Max(Math.Abs) * scale / (1 << 27));
        double Rounded(double weight) => Math.Round(weight * scale / factor) * factor / scale;
        var results = _evaluator.LinearCombinations(ciphertexts, weights, scale);
        for (var output = 0; output < outputs; output++)
        {
            var ofX = Enumerable.Range(0, inputs).Where(i => i % 2 == 0).Sum(i => Rounded(weights[output, i]));
            var ofY = Enumerable.Range(0, inputs).Where(i => i % 2 == 1).Sum(i => Rounded(weights[output, i]));
            Assert.That(results[output].Scale, Is.EqualTo(_a.Scale * scale));
            HaveNoise(_setup, results[output], i => ofX * _x[i] + ofY * _y[i], Together(ofX, ofY) * Fresh(_a.Scale));
            results[output].Dispose();
        }
    }

    [TestCase(1)]
    [TestCase(100)]
    [TestCase(-1)]
    [TestCase(0)]
    public void Rotations_go_to_the_left(int steps)
    {
        using var rotated = _evaluator.Rotate(_a, steps);
        var noise = steps == 0 ? 0 : _setup.Noise.KeySwitch(_setup.Top, _a.Scale);
        HaveNoise(_setup, rotated, i => _x[(i + steps + _slots) % _slots], Together(Fresh(_a.Scale), noise));
        using var around = _evaluator.Rotate(_a, steps - _slots);
        AreClose(_setup, around, i => _x[(i + steps + _slots) % _slots], Together(Fresh(_a.Scale), noise));
    }

    [Test]
    public void Hoisted_rotations_are_the_single_ones()
    {
        int[] steps = [3, 0, 100, 1];
        using var low = _evaluator.DropLevels(_a, 2);
        foreach (var operand in new[] { _a, low })
        {
            var many = _evaluator.RotateMany(operand, steps);
            for (var k = 0; k < steps.Length; k++)
            {
                using var single = _evaluator.Rotate(operand, steps[k]);
                for (var polynomial = 0; polynomial < 2; polynomial++)
                {
                    for (var limb = 0; limb <= operand.Level; limb++)
                        Assert.That(many[k][polynomial].LimbSpan(limb).SequenceEqual(single[polynomial].LimbSpan(limb)));
                }
                many[k].Dispose();
            }
        }
    }

    [Test]
    public void Batches_give_the_single_results()
    {
        using Ciphertext square = _evaluator.Square(_a), product = _evaluator.Multiply(_a, _b);
        AssertSame(_evaluator.RotateBatch([_a, _b], 5), [_evaluator.Rotate(_a, 5), _evaluator.Rotate(_b, 5)]);
        AssertSame(_evaluator.RotateBatch([_a, _b], 0), [_a.Clone(), _b.Clone()]);
        AssertSame(
            _evaluator.RelinearizeBatch([square, product]), [_evaluator.Relinearize(square), _evaluator.Relinearize(product)]);
        AssertSame(
            _evaluator.RelinearizeAndRescaleBatch([square, product]),
            [_evaluator.RelinearizeAndRescale(square), _evaluator.RelinearizeAndRescale(product)]);

        static void AssertSame(Ciphertext[] batch, Ciphertext[] single)
        {
            foreach ((var left, var right) in batch.Zip(single))
            {
                Assert.That((left.Level, left.Scale, left.PolynomialCount), Is.EqualTo((right.Level, right.Scale, right.PolynomialCount)));
                for (var limb = 0; limb <= left.Level; limb++)
                {
                    Assert.That(left[0].LimbSpan(limb).SequenceEqual(right[0].LimbSpan(limb)));
                    Assert.That(left[1].LimbSpan(limb).SequenceEqual(right[1].LimbSpan(limb)));
                }
                left.Dispose();
                right.Dispose();
            }
        }
    }

    [Test]
    public void Conjugation_and_rotation_of_complex_slots()
    {
        var values = _setup.RandomComplexSlots(7);
        using var ciphertext = _setup.Encrypt(values, _setup.Top);
        using Ciphertext conjugate = _evaluator.Conjugate(ciphertext), rotated = _evaluator.Rotate(ciphertext, 5);
        var noise = Together(Fresh(_a.Scale), _setup.Noise.KeySwitch(_setup.Top, _a.Scale));
        AreClose(_setup, conjugate, i => Complex.Conjugate(values[i]), noise);
        AreClose(_setup, rotated, i => values[(i + 5) % _slots], noise);
        using var square = _evaluator.Square(ciphertext);
        // |2 z e| with |z| up to sqrt(2).
        AreClose(_setup, square, i => values[i] * values[i], 2 * Math.Sqrt(2) * Fresh(_a.Scale));
    }

    [Test]
    public void Lowering_reaches_the_canonical_scale_exactly([Values(0, 1, 5, 8)] int level)
    {
        using var lowered = _evaluator.LowerTo(_a, level);
        Assert.That(lowered.Level, Is.EqualTo(level));
        Assert.That(lowered.Scale, Is.EqualTo(_setup.Parameters.ScaleAt(level)));
        var noise = level == _setup.Top ? 0 : _setup.Noise.Rescale(lowered.Scale);
        HaveNoise(_setup, lowered, i => _x[i], Together(Fresh(_a.Scale), noise));
    }

    [Test]
    public void Powers_keep_to_canonical_scales_down_to_level_zero()
    {
        var power = _a.Clone();
        double[] expected = [.. _x];
        var error = Fresh(_a.Scale);
        for (var level = _setup.Top; level > 0; level--)
        {
            using var square = _evaluator.Square(power);
            power.Dispose();
            power = _evaluator.RelinearizeAndRescale(square);
            expected = [.. expected.Select(value => value * value)];
            Assert.That(power.Scale, Is.EqualTo(_setup.Parameters.ScaleAt(level - 1)));
            // Slots near 1 double their error at each squaring, the worst case.
            error = Together(2 * error, _setup.Noise.RelinearizeAndRescale(level, power.Scale));
        }
        AreClose(_setup, power, i => expected[i], error);
        power.Dispose();
    }
}
