using System.Numerics;
using Crammed.Approximation;

namespace Crammed.Ckks.Tests.Scheme;

/// <summary>
/// Constants whose integers pass half the modulus of a level would come back as other numbers (513 as -511 where 512 is the bound): up to
/// the bound each is right, beyond it each is refused with level and bound, and nothing is left behind.
/// </summary>
[TestFixture]
internal sealed class ConstantSizeTests
{
    private CkksSetup _setup = null!;
    private Evaluator _evaluator = null!;

    [OneTimeSetUp]
    public void SetUp()
    {
        _setup = CkksSetup.Of(NamedParameters.InsecureN11);
        _evaluator = _setup.Evaluator;
    }

    /// <summary>Beside the noise of encryption: the transform's rounding, 7 log2(N/2) 2^-53 of the slots' size at most.</summary>
    [Test]
    public void Sums_with_constants_are_right_up_to_the_bound([Values(0, 1, 2)] int level, [Values(0.5, 0.999, -0.999)] double share)
    {
        double bound = Bound(level), constant = share * bound;
        using var zero = Zero(level);
        foreach (var value in new[] { constant, new Complex(0, constant), new Complex(constant, -constant) })
        {
            using var sum = _evaluator.AddConstant(zero, value);
            SlotAssert.AreClose(_setup, sum, _ => value, Fresh(level) + bound * Math.ScaleB(1, -46));
        }
    }

    [Test]
    public void Sums_with_constants_beyond_the_bound_are_refused([Values(0, 1, 2)] int level)
    {
        var constant = 1.001 * Bound(level);
        using var zero = Zero(level);
        foreach (var value in new[] { constant, -constant, new Complex(0, constant), new Complex(1, -constant) })
            Refused("AddConstant", level, () => _evaluator.AddConstant(zero, value));
    }

    /// <summary>The bound is (Q - 1) / 2 to the last integer.</summary>
    [Test]
    public void Integers_are_refused_from_half_the_modulus_on()
    {
        using var zero = Zero(0);
        var half = (long)_setup.Parameters.Moduli[0] / 2;
        foreach (var integer in new[] { half, -half })
            _evaluator.MultiplyInteger(zero, integer).Dispose();
        foreach (var integer in new[] { half + 1, -half - 1, long.MaxValue, long.MinValue })
            Refused("MultiplyInteger", 0, () => _evaluator.MultiplyInteger(zero, integer));
        double[] small = [1e-6, -1e-6];
        using var values = _setup.Encryptor.Encrypt(small, 1);
        using var product = _evaluator.MultiplyInteger(values, half + 1);
        SlotAssert.AreClose(_setup, product, i => (half + 1) * small.ElementAtOrDefault(i), (half + 1) * Fresh(1));
    }

    [Test]
    public void Factors_and_weights_are_refused_from_half_the_modulus_on([Values(0, 1)] int level)
    {
        double largest = _setup.Parameters.LargestCoefficient(level), scale = 1 << 20, value = largest / scale;
        using var zero = Zero(level);
        _evaluator.MultiplyScalar(zero, value, scale).Dispose();
        Refused("MultiplyScalar", level, () => _evaluator.MultiplyScalar(zero, 1.001 * value, scale));
        Refused("MultiplyScalar", level, () => _evaluator.MultiplyScalar(zero, new Complex(0, -1.001 * value), scale));
        if (level == 0)
            Refused("LinearCombinations", level, () => _evaluator.LinearCombinations([zero], new[,] { { 1.001 * value } }, scale));
    }

    [TestCase(0)]
    [TestCase(-1000)]
    [TestCase(double.NaN)]
    [TestCase(double.PositiveInfinity)]
    public void Scales_of_factors_are_positive_numbers(double scale)
    {
        using var zero = Zero(1);
        Assert.That(() => _evaluator.MultiplyScalar(zero, 0.5, scale), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => _evaluator.LinearCombinations([zero], new double[1, 1], scale), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    /// <summary>A plaintext of a higher level may hold what the ciphertext's level does not.</summary>
    [Test]
    public void Plaintexts_must_fit_the_ciphertext_s_level()
    {
        double[] large = [1000, -2000, 3], small = [100, -200, 3];
        var scale = _setup.Parameters.ScaleAt(0);
        using Ciphertext bottom = _setup.Encryptor.Encrypt([1.0, 1, 1], 0), higher = _setup.Encryptor.Encrypt([1.0, 1, 1], 1);
        using Plaintext fits = _setup.Encoder.Encode(small, 4, scale), constant = _setup.Encoder.EncodeConstant(1000, 4, scale);
        using var sum = _evaluator.AddPlain(bottom, fits);
        SlotAssert.AreClose(_setup, sum, i => (i < 3 ? 1 : 0) + small.ElementAtOrDefault(i), Fresh(0));
        Refused("AddPlain", 0, () => _evaluator.AddPlain(bottom, constant));
        Refused("MultiplyPlain", 0, () => _evaluator.MultiplyPlain(bottom, constant));
        using var wide = _setup.Encoder.Encode(large, 4, 16);
        using var product = _evaluator.MultiplyPlain(higher, wide);
        SlotAssert.AreClose(_setup, product, i => large.ElementAtOrDefault(i), 2000 * Fresh(1) + _setup.Noise.EncodeRounding(16));
        Assert.That(() => _setup.Encoder.EncodeConstant(1000, 0, scale), Throws.ArgumentException.With.Message.Contains("at level 0"));
    }

    [Test]
    public void Coefficients_of_polynomials_must_fit_the_result_s_level()
    {
        double[] arguments = [0.5, -1, 0.25];
        using var x = _setup.Encryptor.Encrypt(arguments, 1);
        using var y = _evaluator.EvaluatePolynomial(x, PolynomialPlan.Create([500.0, 8]));
        SlotAssert.AreClose(_setup, y, i => 500 + 8 * arguments.ElementAtOrDefault(i), 8 * Fresh(1) + _setup.Noise.Rescale(y.Scale));
        Refused("EvaluatePolynomial", 1, () => _evaluator.EvaluatePolynomial(x, PolynomialPlan.Create([513.0, 8])));
        Refused("EvaluatePolynomial", 1, () => _evaluator.EvaluatePolynomial(x, PolynomialPlan.Create([0.0, 1e14])));
    }

    /// <summary>Scales that drift make the factor to a lower level pass 2^63: 2^78 from level 6 to 0.</summary>
    [Test]
    public void Lowering_is_right_however_large_its_factor([Range(0, 5)] int level)
    {
        var odd = CkksSetup.Of(new("insecure-odd", 8, [50, 50, 23, 20, 20, 20, 20], [50], 21));
        double[] values = [0.25, 0.5];
        using var top = odd.Encryptor.Encrypt(values, 6);
        using var lowered = odd.Evaluator.LowerTo(top, level);
        var error = odd.Noise.LowerTo(odd.Noise.EncryptSymmetric(6, top.Scale, 0.5), level).Error;
        SlotAssert.AreClose(odd, lowered, i => values.ElementAtOrDefault(i), error);
    }

    /// <summary>The largest constant at a level's canonical scale.</summary>
    private double Bound(int level) => _setup.Parameters.LargestCoefficient(level) / _setup.Parameters.ScaleAt(level);

    private double Fresh(int level) => _setup.Noise.EncryptSymmetric(level, _setup.Parameters.ScaleAt(level), 1).Error;

    private Ciphertext Zero(int level) => _setup.Encryptor.Encrypt(new double[_setup.Parameters.SlotCount], level);

    private void Refused(string operation, int level, Func<object> run)
    {
        var live = ResidueMemory.LiveBuffers;
        Assert.That(run, Throws.ArgumentException.With.Message.Match(
            $"^{operation}: a coefficient of .* passes half the modulus, .* at level {level}, .* use values up to "));
        Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live), "buffers left behind");
    }
}
