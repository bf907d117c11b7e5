using Crammed.Ckks.Client;
using Crammed.Ckks.Tests.Scheme;

namespace Crammed.Ckks.Tests.Bootstrapping;

/// <summary>Refused operands, transforms and keys, and what they leave; threads.</summary>
[TestFixture]
internal sealed class EmbeddingErrorTests
{
    private const int Level = 4;

    private CkksSetup _setup = null!;
    private EmbeddingTransform _down = null!;
    private EmbeddingTransform _up = null!;
    private Ciphertext _operand = null!;

    [OneTimeSetUp]
    public void SetUp()
    {
        _setup = CkksSetup.Of(NamedParameters.InsecureN11Bootstrapping);
        _down = new EmbeddingTransform(
            _setup.Encoder, new EmbeddingPlan(_setup.Parameters, EmbeddingDirection.SlotsToCoeffs, 16, Level, [2, 2]));
        _up = new EmbeddingTransform(
            _setup.Encoder, new EmbeddingPlan(_setup.Parameters, EmbeddingDirection.CoeffsToSlots, 16, Level, [2, 2]));
        _operand = _setup.Encryptor.Encrypt([1.0], Level);
    }

    [OneTimeTearDown]
    public void TearDown()
    {
        _down.Dispose();
        _up.Dispose();
        _operand.Dispose();
    }

    [Test]
    public void Every_listed_key_is_needed_at_its_level()
    {
        var live = ResidueMemory.LiveBuffers;
        foreach ((var operation, var transform) in new[] { ("SlotsToCoeffs", _down), ("CoeffsToSlots", _up) })
        {
            var rotations = transform.Plan.Rotations;
            Assert.That(rotations.Select(rotation => rotation.Level).Distinct(), Is.EquivalentTo(new[] { Level, Level - 1 }));
            foreach ((var missing, var level) in rotations)
            {
                (int Steps, int Level)[] others = [.. rotations.Where(rotation => rotation.Steps != missing)];
                using (var keys = _setup.Generator.CreateEvaluationKeys(EvaluationKeyRequest.Of(null, others)))
                    Refused($"{operation}: there is no key for a rotation by {missing} (level {level} with scale 2^", keys, transform);
                using (var keys = _setup.Generator.CreateEvaluationKeys(
                    EvaluationKeyRequest.Of(null, [.. others, (missing, level - 1)])))
                    Refused($"{operation} by {missing}: the key serves levels up to {level - 1}, ", keys, transform);
            }
        }
        Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live));
    }

    [Test]
    public void Operands_must_fit()
    {
        using var keys = KeysOf(_down, _up);
        var evaluator = new Evaluator(_setup.Parameters, keys);
        using Ciphertext low = evaluator.DropLevels(_operand, Level - 1), product = evaluator.Square(_operand);
        var other = CkksSetup.Of(NamedParameters.InsecureN11);
        using var foreign = other.Encryptor.Encrypt([1.0], Level);
        var live = ResidueMemory.LiveBuffers;
        Assert.That(
            () => evaluator.SlotsToCoeffs(low, _down),
            Throws.InvalidOperationException.With.Message.StartsWith(
                "SlotsToCoeffs: the transform is for level 4, the operand is below it (level 3 with scale"));
        Assert.That(
            () => evaluator.CoeffsToSlots(product, _up),
            Throws.InvalidOperationException.With.Message.StartsWith("CoeffsToSlots: the operand has 3 polynomials"));
        Assert.That(
            () => evaluator.SlotsToCoeffs(_operand, _up),
            Throws.ArgumentException.With.Message.StartsWith("SlotsToCoeffs: the transform is CoeffsToSlots"));
        Assert.That(
            () => evaluator.CoeffsToSlots(_operand, _down),
            Throws.ArgumentException.With.Message.StartsWith("CoeffsToSlots: the transform is SlotsToCoeffs"));
        Assert.That(
            () => evaluator.CoeffsToSlots(foreign, _up),
            Throws.ArgumentException.With.Message.StartsWith("CoeffsToSlots: an operand belongs to insecure-N11,"));
        Assert.That(
            () => other.Evaluator.CoeffsToSlots(foreign, _up),
            Throws.ArgumentException.With.Message.StartsWith("CoeffsToSlots: an operand belongs to insecure-N11-bootstrapping"));
        Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live));
    }

    [Test]
    public void Disposed_operands_and_transforms_leave_nothing()
    {
        using var keys = KeysOf(_down);
        var evaluator = new Evaluator(_setup.Parameters, keys);
        var live = ResidueMemory.LiveBuffers;
        var operand = _operand.Clone();
        operand.Dispose();
        var transform = new EmbeddingTransform(_setup.Encoder, _down.Plan);
        transform.Dispose();
        transform.Dispose();
        Assert.That(() => evaluator.SlotsToCoeffs(operand, _down), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => evaluator.SlotsToCoeffs(_operand, transform), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live));
    }

    [Test]
    public void Constants_are_positive_numbers_that_can_be_encoded()
    {
        var live = ResidueMemory.LiveBuffers;
        foreach (var constant in new[] { 0, -1, double.NaN, double.PositiveInfinity })
        {
            Assert.That(
                () => new EmbeddingTransform(_setup.Encoder, _down.Plan, constant),
                Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("a positive number"));
        }
        // At scales of 2^40 and 2^39, the modulus of 2^207 at level 4 holds entries of 2^150, and that of 2^167 at level 3 does not.
        Assert.That(
            () => new EmbeddingTransform(_setup.Encoder, _down.Plan, Math.ScaleB(1, 300)),
            Throws.ArgumentException.With.Message.Contains("passes half the modulus").And.Message.Contains("at level 3"));
        Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live));
    }

    [Test]
    public void Operands_above_the_level_are_lowered_and_kept()
    {
        using var keys = KeysOf(_up);
        var evaluator = new Evaluator(_setup.Parameters, keys);
        using Ciphertext high = _setup.Encryptor.Encrypt([1.0], Level + 3), lowered = evaluator.DropLevels(high, Level);
        using Ciphertext fromHigh = evaluator.CoeffsToSlots(high, _up), fromLowered = evaluator.CoeffsToSlots(lowered, _up);
        Assert.That(high.Level, Is.EqualTo(Level + 3));
        AreSame(fromHigh, fromLowered);
    }

    [Test]
    public void Results_do_not_depend_on_the_number_of_threads()
    {
        using var keys = KeysOf(_up);
        using var one = new Evaluator(_setup.Parameters, keys, 1).CoeffsToSlots(_operand, _up);
        using var four = new Evaluator(_setup.Parameters, keys, 4).CoeffsToSlots(_operand, _up);
        AreSame(one, four);
    }

    private static void AreSame(Ciphertext left, Ciphertext right)
    {
        Assert.That((left.Level, left.Scale), Is.EqualTo((right.Level, right.Scale)));
        for (var polynomial = 0; polynomial < 2; polynomial++)
        {
            for (var limb = 0; limb <= left.Level; limb++)
                Assert.That(left[polynomial].LimbSpan(limb).SequenceEqual(right[polynomial].LimbSpan(limb)));
        }
    }

    private EvaluationKeys KeysOf(params EmbeddingTransform[] transforms) =>
        _setup.Generator.CreateEvaluationKeys(EvaluationKeyRequest.Of(Level, transforms.SelectMany(transform => transform.Plan.Rotations)));

    private void Refused(string words, EvaluationKeys keys, EmbeddingTransform transform)
    {
        var evaluator = new Evaluator(_setup.Parameters, keys);
        Func<Ciphertext, EmbeddingTransform, Ciphertext> apply = transform == _down ? evaluator.SlotsToCoeffs : evaluator.CoeffsToSlots;
        Assert.That(() => apply(_operand, transform), Throws.InvalidOperationException.With.Message.StartsWith(words));
    }
}
