using Crammed.Approximation;
using Crammed.Ckks.Client;

namespace Crammed.Ckks.Tests.Scheme;

/// <summary>
/// Keys whose uniform halves are expanded when they are used, and keys under a budget, against keys in memory: every operation that
/// switches keys gives the same bits.
/// </summary>
[TestFixture]
internal sealed class ExpandedKeysTests
{
    private static readonly int[] Steps = [1, 2, 3, 4, 5, 8, 64, 100];

    private CkksSetup _setup = null!;
    private TemporaryFile _file = null!;
    private EvaluationKeys _whole = null!;
    private Ciphertext[] _operands = null!;
    private Ciphertext _product = null!;
    private LinearTransform _transform = null!;

    [OneTimeSetUp]
    public void SetUp()
    {
        _setup = CkksSetup.Of(NamedParameters.InsecureN11);
        _file = new TemporaryFile();
        _setup.Generator.SaveEvaluationKeys(
            _file.Path, EvaluationKeyRequest.Of(_setup.Top, Steps.Select(steps => (steps, _setup.Top)), _setup.Top));
        _whole = EvaluationKeys.Open(_file.Path, _setup.Parameters);
        _operands = [.. Enumerable.Range(1, 3).Select(seed => _setup.Encrypt(_setup.RandomComplexSlots(seed), _setup.Top))];
        _product = _setup.Evaluator.Multiply(_operands[0], _operands[1]);
        var slots = _setup.Parameters.SlotCount;
        var diagonals = new GeneralizedDiagonals(
            slots, Steps.Append(0).ToDictionary(step => step, _setup.RandomComplexSlots));
        var plan = new LinearTransformPlan(_setup.Parameters, slots, diagonals.Indices, _setup.Top);
        var split = plan.Candidates().First(candidate => candidate.BabyStepBound == 4);
        Assert.That(split.Rotations.Select(rotation => rotation.Steps), Is.SubsetOf(Steps));
        _transform = new LinearTransform(_setup.Encoder, diagonals, split);
    }

    [OneTimeTearDown]
    public void TearDown()
    {
        _transform.Dispose();
        _product.Dispose();
        foreach (var operand in _operands)
            operand.Dispose();
        _whole.Dispose();
        _file.Dispose();
    }

    private IEnumerable<(string Name, Func<Evaluator, Ciphertext[]> Run)> Operations()
    {
        yield return ("Rotate", evaluator => [evaluator.Rotate(_operands[0], 5)]);
        yield return ("RotateMany", evaluator => evaluator.RotateMany(_operands[0], [.. Steps, 0]));
        yield return ("RotateBatch", evaluator => evaluator.RotateBatch(_operands, 2));
        yield return ("Conjugate", evaluator => [evaluator.Conjugate(_operands[0])]);
        yield return ("Relinearize", evaluator => [evaluator.Relinearize(_product)]);
        yield return ("RelinearizeAndRescaleBatch", evaluator => evaluator.RelinearizeAndRescaleBatch([_product, _product]));
        yield return ("InnerSum", evaluator => [evaluator.InnerSum(_operands[0], 8, 1)]);
        yield return ("TransformBatch", evaluator => evaluator.TransformBatch(_operands, _transform));
        yield return ("Polynomial", evaluator =>
            [evaluator.EvaluatePolynomial(_operands[1], PolynomialPlan.Create([0.1, 0.5, 0.2, 0.1]))]);
    }

    /// <summary>A budget of one byte holds no key but those in use; that of two keys drops some.</summary>
    [TestCase(UniformHalf.Expanded, null)]
    [TestCase(UniformHalf.Expanded, 1L)]
    [TestCase(UniformHalf.Held, 1L)]
    [TestCase(UniformHalf.Held, 2L * 1024 * 1024)]
    [TestCase(UniformHalf.Expanded, null, 1, 3, 64)]
    public void Results_are_the_same_bit_by_bit(UniformHalf uniform, long? budget, params int[] whole)
    {
        var memory = new KeyMemory(uniform, budget)
        {
            Whole = whole.Select(steps => new EvaluationKeyId(EvaluationKeyKind.Rotation, steps)).ToHashSet(),
        };
        using var keys = EvaluationKeys.Open(_file.Path, _setup.Parameters, memory);
        Evaluator plain = new(_setup.Parameters, _whole), other = new(_setup.Parameters, keys);
        foreach (var (name, run) in Operations())
        {
            var expected = run(plain);
            var found = run(other);
            Assert.That(found.Length, Is.EqualTo(expected.Length), name);
            for (var i = 0; i < found.Length; i++)
                AssertSame(expected[i], found[i], name);
            foreach (var ciphertext in expected.Concat(found))
                ciphertext.Dispose();
            Assert.That(keys.Leased, Is.Zero, name);
            Assert.That(_whole.Leased, Is.Zero, name);
            if (budget is { } most)
                Assert.That(keys.Bytes, Is.LessThanOrEqualTo(most), name);
        }
        if (budget is null)
        {
            var loaded = keys.Manifest.Where(key => key.IsLoaded).Sum(key => key.MemoryBytes);
            var halves = _whole.Manifest.Where(key => key.Kind == EvaluationKeyKind.Rotation && whole.Contains(key.Steps)).Sum(key => key.MemoryBytes / 2);
            Assert.That(keys.Bytes, Is.EqualTo(loaded).And.EqualTo(_whole.Bytes / 2 + halves));
        }
        else
            Assert.That(keys.Traffic.Drops, Is.GreaterThan(0));
        TestContext.Out.WriteLine(keys.Traffic);
    }

    private static void AssertSame(Ciphertext expected, Ciphertext found, string name)
    {
        Assert.That(
            (found.Level, found.Scale, found.PolynomialCount), Is.EqualTo((expected.Level, expected.Scale, expected.PolynomialCount)), name);
        for (var polynomial = 0; polynomial < expected.PolynomialCount; polynomial++)
        {
            for (var limb = 0; limb <= expected.Level; limb++)
                Assert.That(found[polynomial].LimbSpan(limb).SequenceEqual(expected[polynomial].LimbSpan(limb)), $"{name} {limb}");
        }
    }
}
