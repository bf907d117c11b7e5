using Crammed.Ckks.Client;

namespace Crammed.Ckks.Tests.Scheme;

/// <summary>What does not fit is refused, with the operation, levels and scales in the message.</summary>
[TestFixture]
internal sealed class EvaluatorErrorTests
{
    private CkksSetup _setup = null!;
    private Evaluator _evaluator = null!;
    private Ciphertext _a = null!;

    [OneTimeSetUp]
    public void SetUp()
    {
        _setup = CkksSetup.Of(NamedParameters.InsecureN11);
        _evaluator = _setup.Evaluator;
        _a = _setup.Encryptor.Encrypt([1.0], 4);
    }

    [OneTimeTearDown]
    public void TearDown() => _a.Dispose();

    [Test]
    public void Differing_scales_cannot_be_added()
    {
        using Ciphertext scaled = _evaluator.MultiplyScalar(_a, 1, 2), lower = _evaluator.LowerTo(_a, 3);
        using var plaintext = _setup.Encoder.Encode([1.0], 4, 2);
        Refused("Add: the scales differ, level 4 with scale 2^36.00", () => _evaluator.Add(_a, scaled));
        Refused("Subtract: the scales differ", () => _evaluator.Subtract(scaled, _a));
        Refused("AddInPlace: the scales differ", () => _evaluator.AddInPlace(_a, scaled));
        Refused("AddPlain: the scales differ", () => _evaluator.AddPlain(_a, plaintext));
        Refused("SumOfProducts, product 1 against the first: the scales differ", () => _evaluator.SumOfProducts([_a, _a], [_a, scaled]));
        Refused("SumOfSquaredDifferences: the scales differ", () => _evaluator.SumOfSquaredDifferences([_a], [scaled]));
        Refused(
            "LinearCombinations: the scales differ", () => _evaluator.LinearCombinations([_a, scaled], new double[,] { { 1, 1 } }, 1));
        // Canonical scales of neighbouring levels differ by a prime's distance from a power of two.
        Refused("Add: the scales differ", () => _evaluator.Add(_a, lower));
    }

    [Test]
    public void Levels_must_fit()
    {
        using Ciphertext low = _evaluator.DropLevels(_a, 1), bottom = _evaluator.DropLevels(_a, 0);
        using var plaintext = _setup.Encoder.Encode([1.0], 1, _a.Scale);
        Refused("AddInPlace: 2 polynomials at level 1", () => _evaluator.AddInPlace(_a, low));
        Refused("AddPlain: the plaintext is below the ciphertext, level 1", () => _evaluator.AddPlain(_a, plaintext));
        Refused("MultiplyPlain: the plaintext is below", () => _evaluator.MultiplyPlain(_a, plaintext));
        Refused("Rescale: no level is left (level 0", () => _evaluator.Rescale(bottom));
        Refused("DropLevels: level 5 is above the ciphertext's (level 4", () => _evaluator.DropLevels(_a, 5));
        Refused("LowerTo: level 2 is above", () => _evaluator.LowerTo(low, 2));
        Refused("RotateBatch: the ciphertexts' levels differ, level 4", () => _evaluator.RotateBatch([_a, low], 1));
        Assert.That(() => _evaluator.RotateBatch([], 1), Throws.ArgumentException.With.Message.Contains("RotateBatch: there is no ciphertext"));
        Assert.That(() => _evaluator.DropLevels(_a, -1), Throws.InstanceOf<ArgumentOutOfRangeException>());
        using var square = _evaluator.Square(bottom);
        Refused("RelinearizeAndRescale: no level is left", () => _evaluator.RelinearizeAndRescale(square));
    }

    [Test]
    public void Only_canonical_scales_are_lowered()
    {
        using var scaled = _evaluator.MultiplyScalar(_a, 1, 2);
        Refused("LowerTo: level 4 with scale 2^37.00", () => _evaluator.LowerTo(scaled, 2));
    }

    [Test]
    public void Polynomial_counts_must_fit()
    {
        using Ciphertext product = _evaluator.Square(_a), copy = product.Clone();
        Refused("Rotate: the operand has 3 polynomials instead of 2", () => _evaluator.Rotate(product, 1));
        Refused("RotateMany: the operand has 3", () => _evaluator.RotateMany(product, [1]));
        Refused("Conjugate: the operand has 3", () => _evaluator.Conjugate(product));
        Refused("Multiply: the operand has 3", () => _evaluator.Multiply(_a, product));
        Refused("SumOfProducts: the operand has 3", () => _evaluator.SumOfProducts([product], [_a]));
        Refused("Relinearize: the operand has 2 polynomials instead of 3", () => _evaluator.Relinearize(_a));
        Refused("LinearCombinations: operands of 3 and 2", () => _evaluator.LinearCombinations([product, _a], new double[1, 2], 1));
        using var sameScale = _evaluator.MultiplyScalar(_a, 1, _a.Scale);
        Refused("AddInPlace: 3 polynomials", () => _evaluator.AddInPlace(sameScale, copy));
    }

    [Test]
    public void Keys_must_be_there_and_serve_the_level()
    {
        using var keys = _setup.Generator.CreateEvaluationKeys(EvaluationKeyRequest.Of(2, [(1, 2)]));
        var evaluator = new Evaluator(_setup.Parameters, keys);
        using var product = evaluator.Square(_a);
        Refused("Rotate by 1: the key serves levels up to 2, the ciphertext is at level 4", () => evaluator.Rotate(_a, 1));
        Refused("RotateMany by 1: the key serves levels up to 2", () => evaluator.RotateMany(_a, [1]));
        Refused("Rotate: there is no key for a rotation by 7", () => evaluator.Rotate(_a, 7));
        Refused("Conjugate: there is no conjugation key", () => evaluator.Conjugate(_a));
        Refused("Relinearize: the key serves levels up to 2", () => evaluator.Relinearize(product));
        using var none = EvaluationKeys.Empty(_setup.Parameters);
        var keyless = new Evaluator(_setup.Parameters, none);
        Refused("RelinearizeAndRescale: there is no relinearization key", () => keyless.RelinearizeAndRescale(product));
    }

    [Test]
    public void Keys_cut_to_a_level_work_up_to_it()
    {
        var values = _setup.RandomSlots(1);
        using var keys = _setup.Generator.CreateEvaluationKeys(EvaluationKeyRequest.Of(3, [(1, 3)], 2));
        var evaluator = new Evaluator(_setup.Parameters, keys);
        var slots = values.Length;
        for (var level = 0; level <= 3; level++)
        {
            using var ciphertext = _setup.Encryptor.Encrypt(values, level);
            using var rotated = evaluator.Rotate(ciphertext, 1);
            var fresh = SlotAssert.Together(
                _setup.Noise.FreshSymmetric(ciphertext.Scale), _setup.Noise.EncodeRounding(ciphertext.Scale));
            var noise = SlotAssert.Together(fresh, _setup.Noise.KeySwitch(level, ciphertext.Scale));
            SlotAssert.HaveNoise(_setup, rotated, i => values[(i + 1) % slots], noise);
            if (level == 0)
                continue;
            using var square = evaluator.Square(ciphertext);
            using var relinearized = evaluator.RelinearizeAndRescale(square);
            var rounding = _setup.Noise.RelinearizeAndRescale(level, relinearized.Scale);
            // 2 x e with r = sqrt(1/3).
            SlotAssert.HaveNoise(
                _setup, relinearized, i => values[i] * values[i], SlotAssert.Together(2 * Math.Sqrt(1.0 / 3) * fresh, rounding));
        }
    }

    [Test]
    public void Arguments_are_checked()
    {
        Assert.That(() => _evaluator.SumOfProducts([], []), Throws.ArgumentException);
        Assert.That(() => _evaluator.SumOfProducts([_a], []), Throws.ArgumentException.With.Message.Contains("1 and 0 operands"));
        Assert.That(
            () => _evaluator.LinearCombinations([_a], new double[1, 2], 1), Throws.ArgumentException.With.Message.Contains("1 x 2"));
        Assert.That(
            () => _evaluator.LinearCombinations([_a], new double[,] { { 2 } }, Math.ScaleB(1, 62)),
            Throws.ArgumentException.With.Message.Contains("2^62"));
        Assert.That(() => _evaluator.LinearCombinations([_a], new double[,] { { double.NaN } }, 2), Throws.ArgumentException);
        Assert.That(() => _evaluator.MultiplyScalar(_a, double.NaN, 2), Throws.ArgumentException);
        Assert.That(() => _evaluator.AddConstant(_a, double.PositiveInfinity), Throws.ArgumentException);
        var other = CkksSetup.Of(NamedParameters.N13QP213);
        using var foreign = other.Encryptor.Encrypt([1.0], 1);
        Assert.That(() => _evaluator.Add(_a, foreign), Throws.ArgumentException.With.Message.Contains("N13QP213"));
        Assert.That(() => new Evaluator(_setup.Parameters, other.Keys), Throws.ArgumentException);
        var disposed = _a.Clone();
        disposed.Dispose();
        Assert.That(() => _evaluator.Add(_a, disposed), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => _evaluator.Multiply(_a, disposed), Throws.InstanceOf<ObjectDisposedException>());
    }

    private static void Refused(string words, Func<object> operation) =>
        Assert.That(operation, Throws.InvalidOperationException.With.Message.Contains(words));

    private static void Refused(string words, Action operation) =>
        Assert.That(operation, Throws.InvalidOperationException.With.Message.Contains(words));
}
