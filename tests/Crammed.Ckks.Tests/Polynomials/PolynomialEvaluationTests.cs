using System.Numerics;
using Crammed.Approximation;
using Crammed.Approximation.Tests;
using Crammed.Ckks.Tests.Scheme;

namespace Crammed.Ckks.Tests.Polynomials;

/// <summary>
/// Polynomials of ciphertexts against Clenshaw's and Horner's recurrences in doubles, in every slot within 18 standard deviations (see
/// <see cref="SlotAssert"/>) of <see cref="NoiseEstimator.Polynomial"/> at that slot's argument. Over all slots errors in units of these
/// have a mean square of 1: a slot's squared modulus has a relative variance of 3 at most, that of Laplace's distribution.
/// </summary>
[TestFixture]
internal sealed class PolynomialEvaluationTests
{
    private const double MaxDeviations = 18;

    private static CkksSetup Small => CkksSetup.Of(NamedParameters.InsecureN11);

    [Test]
    public void Chebyshev_polynomials_of_every_degree([Range(1, 127)] int degree) =>
        Check(Small, PolynomialOracle.Coefficients(degree, CoefficientKind.Real), PolynomialBasis.Chebyshev, Small.Top);

    [Test]
    public void Complex_odd_even_and_sparse_polynomials(
        [Values(1, 2, 3, 4, 6, 9, 15, 16, 23, 31, 47, 64, 99, 126)] int degree,
        [Values(CoefficientKind.Complex, CoefficientKind.Odd, CoefficientKind.Even, CoefficientKind.Sparse)] CoefficientKind kind) =>
        Check(Small, PolynomialOracle.Coefficients(degree, kind), PolynomialBasis.Chebyshev, Small.Top);

    [Test]
    public void Monomials(
        [Values(1, 2, 7, 20, 63)] int degree, [Values(CoefficientKind.Real, CoefficientKind.Complex)] CoefficientKind kind) =>
        Check(Small, PolynomialOracle.Coefficients(degree, kind), PolynomialBasis.Monomial, Small.Top);

    /// <summary>Down to level zero, where q_0 alone holds the message.</summary>
    [TestCase(7, 3)]
    [TestCase(12, 6)]
    [TestCase(30, 5)]
    public void Any_level_will_do(int degree, int level) =>
        Check(Small, PolynomialOracle.Coefficients(degree, CoefficientKind.Complex), PolynomialBasis.Chebyshev, level);

    [TestCase(31, CoefficientKind.Real)]
    [TestCase(127, CoefficientKind.Odd)]
    [TestCase(63, CoefficientKind.Complex)]
    public void At_128_bits_of_security(int degree, CoefficientKind kind)
    {
        var setup = CkksSetup.Of(NamedParameters.N14QP428);
        Check(setup, PolynomialOracle.Coefficients(degree, kind), PolynomialBasis.Chebyshev, setup.Top);
    }

    [TestCase(37.25)]
    [TestCase(33.0)]
    public void The_result_has_exactly_the_scale_asked_for(double log2Scale)
    {
        var scale = Math.Pow(2, log2Scale);
        Check(Small, PolynomialOracle.Coefficients(21, CoefficientKind.Complex), PolynomialBasis.Chebyshev, 7, scale);
    }

    [Test]
    public void Operands_may_have_any_scale()
    {
        // Twice the canonical scale becomes 2^8 times it in T_8; the result is what it should be all the same.
        var setup = Small;
        var scale = 2 * setup.Parameters.ScaleAt(setup.Top);
        var values = setup.RandomSlots(3);
        using var plaintext = setup.Encoder.Encode(values, setup.Top, scale);
        using var operand = setup.Encryptor.Encrypt(plaintext);
        Check(setup, operand, [.. values.Select(value => new Complex(value, 0))], PolynomialOracle.Coefficients(11, CoefficientKind.Real));
    }

    [Test]
    public void Complex_arguments_of_monomials()
    {
        // |z| at most 1/sqrt(2), so that powers are bounded.
        Complex[] values = [.. Small.RandomComplexSlots(4).Select(value => value / 2)];
        using var operand = Small.Encrypt(values, 6);
        var coefficients = PolynomialOracle.Coefficients(13, CoefficientKind.Complex);
        Check(Small, operand, values, coefficients, PolynomialBasis.Monomial);
    }

    private static void Check(CkksSetup setup, Complex[] coefficients, PolynomialBasis basis, int level, double? scale = null)
    {
        Complex[] values = [.. setup.RandomSlots(coefficients.Length).Select(value => new Complex(value, 0))];
        using var operand = setup.Encrypt(values, level);
        Check(setup, operand, values, coefficients, basis, scale);
    }

    private static void Check(
        CkksSetup setup, Ciphertext operand, Complex[] values, Complex[] coefficients,
        PolynomialBasis basis = PolynomialBasis.Chebyshev, double? scale = null)
    {
        var plan = PolynomialPlan.Create(coefficients, basis);
        (long buffers, long bytes) live = (ResidueMemory.LiveBuffers, ResidueMemory.LiveBytes);
        var result = setup.Evaluator.EvaluatePolynomial(operand, plan, scale);
        var depth = (int)Math.Ceiling(Math.Log2(coefficients.Length));
        Assert.That(result.Level, Is.EqualTo(operand.Level - depth));
        Assert.That(result.Scale, Is.EqualTo(scale ?? setup.Parameters.ScaleAt(result.Level)));
        var actual = setup.Decryptor.DecryptToComplexSlots(result);
        result.Dispose();
        Assert.That((ResidueMemory.LiveBuffers, ResidueMemory.LiveBytes), Is.EqualTo(live));
        var fresh = SlotAssert.Together(setup.Noise.FreshSymmetric(operand.Scale), setup.Noise.EncodeRounding(operand.Scale));
        double worst = 0, sum = 0;
        for (var i = 0; i < values.Length; i++)
        {
            var noise = setup.Noise.Polynomial(plan, operand.Level, operand.Scale, values[i], fresh, scale);
            var deviations = Complex.Abs(actual[i] - PolynomialOracle.Evaluate(coefficients, basis, values[i])) / (Math.Sqrt(2) * noise);
            worst = Math.Max(worst, deviations);
            sum += deviations * deviations;
        }
        Assert.That(worst, Is.LessThan(MaxDeviations), $"largest error in standard deviations, {plan}");
        (var low, var high) = ChiSquared.MeanBounds(2.0 / 3 * values.Length);
        Assert.That(sum / values.Length, Is.InRange(low, high), $"mean square over prediction, {plan}");
    }
}
