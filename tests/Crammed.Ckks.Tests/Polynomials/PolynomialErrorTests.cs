using Crammed.Approximation;
using Crammed.Approximation.Tests;
using Crammed.Ckks.Client;
using Crammed.Ckks.Tests.Scheme;

namespace Crammed.Ckks.Tests.Polynomials;

/// <summary>Refused polynomials, memory and threads.</summary>
[TestFixture]
internal sealed class PolynomialErrorTests
{
    private CkksSetup _setup = null!;
    private Ciphertext _operand = null!;
    private PolynomialPlan _plan = null!;

    [OneTimeSetUp]
    public void SetUp()
    {
        _setup = CkksSetup.Of(NamedParameters.InsecureN11);
        _operand = _setup.Encryptor.Encrypt(_setup.RandomSlots(1), 5);
        _plan = PolynomialPlan.Create(PolynomialOracle.Coefficients(25, CoefficientKind.Complex));
    }

    [OneTimeTearDown]
    public void TearDown() => _operand.Dispose();

    [Test]
    public void Levels_keys_and_operands_must_fit()
    {
        using Ciphertext low = _setup.Evaluator.DropLevels(_operand, 4), product = _setup.Evaluator.Square(_operand);
        using EvaluationKeys lowKeys = _setup.Generator.CreateEvaluationKeys(
            EvaluationKeyRequest.Of(4, [])), none = EvaluationKeys.Empty(_setup.Parameters);
        var other = CkksSetup.Of(NamedParameters.N13QP213);
        using var foreign = other.Encryptor.Encrypt([1.0], 3);
        var live = ResidueMemory.LiveBuffers;
        Refused("EvaluatePolynomial: degree 25 takes 5 levels, the operand has 4 (level 4 with scale", _setup.Evaluator, low);
        Refused("EvaluatePolynomial: the operand has 3 polynomials instead of 2", _setup.Evaluator, product);
        Refused("EvaluatePolynomial: the key serves levels up to 4, the ciphertext is at level 5", With(lowKeys), _operand);
        Refused("EvaluatePolynomial: there is no relinearization key (level 5 with scale", With(none), _operand);
        Assert.That(
            () => _setup.Evaluator.EvaluatePolynomial(foreign, _plan), Throws.ArgumentException.With.Message.Contains("N13QP213"));
        Assert.That(
            () => _setup.Evaluator.EvaluatePolynomial(_operand, _plan, 0), Throws.InstanceOf<ArgumentOutOfRangeException>());
        var disposed = _operand.Clone();
        disposed.Dispose();
        Assert.That(() => _setup.Evaluator.EvaluatePolynomial(disposed, _plan), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live));
    }

    /// <summary>A quotient's constant overflows when its products are half done: what is there is given back.</summary>
    [Test]
    public void Coefficients_beyond_all_numbers_leave_nothing()
    {
        var coefficients = PolynomialOracle.Coefficients(25, CoefficientKind.Real);
        coefficients[20] = 1e300;
        var plan = PolynomialPlan.Create(coefficients);
        var live = ResidueMemory.LiveBuffers;
        Assert.That(
            () => _setup.Evaluator.EvaluatePolynomial(_operand, plan),
            Throws.ArgumentException.With.Message.StartsWith("EvaluatePolynomial: ").And.Message.Contains("passes half the modulus"));
        Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live));
    }

    [Test]
    public void Linear_polynomials_need_no_key()
    {
        using var none = EvaluationKeys.Empty(_setup.Parameters);
        using var result = With(none).EvaluatePolynomial(_operand, PolynomialPlan.Create([0.5, 2.0]));
        var values = _setup.RandomSlots(1);
        var noise = _setup.Noise.Polynomial(
            PolynomialPlan.Create([0.5, 2.0]), 5, _operand.Scale, 1, _setup.Noise.FreshSymmetric(_operand.Scale));
        SlotAssert.AreClose(_setup, result, i => 2 * values[i] + 0.5, noise);
    }

    [Test]
    public void Results_do_not_depend_on_the_number_of_threads()
    {
        using var one = new Evaluator(_setup.Parameters, _setup.Keys, 1).EvaluatePolynomial(_operand, _plan);
        using var four = new Evaluator(_setup.Parameters, _setup.Keys, 4).EvaluatePolynomial(_operand, _plan);
        for (var polynomial = 0; polynomial < 2; polynomial++)
            Assert.That(one[polynomial].LimbSpan(0).SequenceEqual(four[polynomial].LimbSpan(0)));
    }

    private Evaluator With(EvaluationKeys keys) => new(_setup.Parameters, keys);

    private void Refused(string words, Evaluator evaluator, Ciphertext operand) => Assert.That(
        () => evaluator.EvaluatePolynomial(operand, _plan), Throws.InvalidOperationException.With.Message.StartsWith(words));
}
