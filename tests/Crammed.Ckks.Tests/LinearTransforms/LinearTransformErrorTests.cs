using System.Numerics;
using Crammed.Ckks.Client;
using Crammed.Ckks.Tests.Scheme;

namespace Crammed.Ckks.Tests.LinearTransforms;

/// <summary>Refused transforms, memory, threads and the encoding modulo P.</summary>
[TestFixture]
internal sealed class LinearTransformErrorTests
{
    private const int Level = 3;

    private CkksSetup _setup = null!;
    private TransformCase _case = null!;
    private LinearTransform _transform = null!;
    private Ciphertext _operand = null!;

    [OneTimeSetUp]
    public void SetUp()
    {
        _setup = CkksSetup.Of(NamedParameters.InsecureN11);
        _case = TransformCase.Create(_setup, 16, Enumerable.Range(0, 16), complex: true, seed: 1);
        _transform = LinearTransform.Create(_setup.Parameters, _setup.Encoder, _case.Diagonals, Level);
        _operand = _setup.Encrypt(_case.Operand, Level);
    }

    [OneTimeTearDown]
    public void TearDown()
    {
        _transform.Dispose();
        _operand.Dispose();
    }

    [Test]
    public void Every_listed_key_is_needed_at_its_level()
    {
        Assert.That(_transform.Plan.Rotations, Has.Count.GreaterThan(4));
        var live = ResidueMemory.LiveBuffers;
        foreach ((var missing, var _) in _transform.Plan.Rotations)
        {
            var others = _transform.Plan.Rotations.Where(rotation => rotation.Steps != missing);
            using (var keys = _setup.Generator.CreateEvaluationKeys(EvaluationKeyRequest.Of(null, others)))
                Refused($"Transform: there is no key for a rotation by {missing} (level 3 with scale 2^36.0", keys);
            using (var keys = _setup.Generator.CreateEvaluationKeys(
                EvaluationKeyRequest.Of(null, others.Append((missing, Level - 1)))))
                Refused($"Transform by {missing}: the key serves levels up to 2, the ciphertext is at level 3", keys);
        }
        Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live));
    }

    [Test]
    public void Operands_must_fit()
    {
        using var keys = _setup.Generator.CreateEvaluationKeys(EvaluationKeyRequest.Of(null, _transform.Plan.Rotations));
        var evaluator = new Evaluator(_setup.Parameters, keys);
        using Ciphertext low = evaluator.DropLevels(_operand, 2), product = evaluator.Square(_operand);
        Assert.That(
            () => evaluator.Transform(low, _transform),
            Throws.InvalidOperationException.With.Message.StartsWith(
                "Transform: the transform is for level 3, the operand is below it (level 2 with scale"));
        Assert.That(
            () => evaluator.Transform(product, _transform),
            Throws.InvalidOperationException.With.Message.StartsWith("Transform: the operand has 3 polynomials"));
        var other = CkksSetup.Of(NamedParameters.N13QP213);
        using var foreign = other.Encryptor.Encrypt([1.0], 3);
        Assert.That(() => evaluator.Transform(foreign, _transform), Throws.ArgumentException.With.Message.Contains("N13QP213"));
        Assert.That(() => other.Evaluator.Transform(foreign, _transform), Throws.ArgumentException.With.Message.Contains("insecure-N11"));
    }

    [Test]
    public void Plans_and_scales_must_fit()
    {
        var live = ResidueMemory.LiveBuffers;
        var plan = new LinearTransformPlan(_setup.Parameters, 16, [0, 1], Level);
        Assert.That(
            () => new LinearTransform(_setup.Encoder, _case.Diagonals, plan),
            Throws.ArgumentException.With.Message.Contains("16 diagonals of period 16, the plan is for other ones: linear transform of 2"));
        // The second diagonal does not fit the modulus; the first is given back.
        KeyValuePair<int, Complex[]>[] diagonals = [new(0, [1.0, 1.0]), new(1, [1e30, 1e30])];
        var large = new GeneralizedDiagonals(2, diagonals);
        Assert.That(() => LinearTransform.Create(_setup.Parameters, _setup.Encoder, large, 1), Throws.ArgumentException);
        Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live));
    }

    [Test]
    public void Disposed_operands_and_transforms_leave_nothing()
    {
        using var keys = _setup.Generator.CreateEvaluationKeys(EvaluationKeyRequest.Of(null, _transform.Plan.Rotations));
        var evaluator = new Evaluator(_setup.Parameters, keys);
        var live = ResidueMemory.LiveBuffers;
        var operand = _operand.Clone();
        operand.Dispose();
        var transform = new LinearTransform(_setup.Encoder, _case.Diagonals, _transform.Plan);
        transform.Dispose();
        Assert.That(() => evaluator.Transform(operand, _transform), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => evaluator.Transform(_operand, transform), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live));
    }

    [Test]
    public void Results_do_not_depend_on_the_number_of_threads()
    {
        using var keys = _setup.Generator.CreateEvaluationKeys(EvaluationKeyRequest.Of(null, _transform.Plan.Rotations));
        using var one = new Evaluator(_setup.Parameters, keys, 1).Transform(_operand, _transform);
        using var four = new Evaluator(_setup.Parameters, keys, 4).Transform(_operand, _transform);
        for (var polynomial = 0; polynomial < 2; polynomial++)
        {
            for (var limb = 0; limb <= one.Level; limb++)
                Assert.That(one[polynomial].LimbSpan(limb).SequenceEqual(four[polynomial].LimbSpan(limb)));
        }
    }

    /// <summary>
    /// Coefficients put together from all ciphertext limbs by the Chinese remainder theorem, in big integers, are those of the special
    /// limbs; with coefficients below q_0 and above it.
    /// </summary>
    [TestCase(36, 1.0, 2)]
    [TestCase(50, 100.0, 4)]
    [TestCase(60, 1.0, 8)]
    public unsafe void Special_limbs_hold_the_same_integers(int log2Scale, double size, int level)
    {
        var parameters = _setup.Parameters;
        var ring = parameters.Ring;
        Complex[] values = [.. _setup.RandomComplexSlots(5).Select(value => size * value)];
        using var encoded = _setup.Encoder.EncodeExtended(values, level, Math.ScaleB(1, log2Scale));
        var limbCount = encoded.LimbCount;
        Assert.That(limbCount, Is.EqualTo(level + 3));
        for (var limb = 0; limb < limbCount; limb++)
            ring.InverseNtt(encoded.Limb(limb), parameters.ExtendedModulusIndex(limb, level));
        var q = parameters.Moduli.Take(level + 1).Aggregate(BigInteger.One, (product, modulus) => product * modulus);
        for (var i = 0; i < ring.N; i++)
        {
            BigInteger coefficient = 0;
            for (var limb = 0; limb <= level; limb++)
            {
                BigInteger modulus = parameters.Moduli[limb], cofactor = q / modulus;
                coefficient += (BigInteger)encoded.LimbSpan(limb)[i] * cofactor * BigInteger.ModPow(cofactor, modulus - 2, modulus);
            }
            coefficient = (coefficient % q + q) % q;
            if (2 * coefficient > q)
                coefficient -= q;
            for (var special = 0; special < 2; special++)
            {
                var difference = coefficient - (BigInteger)encoded.LimbSpan(level + 1 + special)[i];
                Assert.That((difference % parameters.SpecialModuli[special]).IsZero, $"coefficient {i}: {coefficient}");
            }
        }
    }

    private void Refused(string words, EvaluationKeys keys) => Assert.That(
        () => new Evaluator(_setup.Parameters, keys).Transform(_operand, _transform),
        Throws.InvalidOperationException.With.Message.StartsWith(words));
}
