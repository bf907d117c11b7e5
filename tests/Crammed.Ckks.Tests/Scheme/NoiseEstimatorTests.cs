using System.Numerics;
using Crammed.Ckks.Client;

namespace Crammed.Ckks.Tests.Scheme;

/// <summary>
/// Measured noise of every operation against its estimate, at 128-bit parameters: log2 of the standard deviation over n slots and both
/// parts within a band of six standard errors.
/// </summary>
/// <remarks>
/// The sample variance of n values of kurtosis k has relative standard error sqrt((k - 1) / n), its half logarithm to base 2 that divided
/// by 2 ln 2. Gaussian errors have k = 3, those with the secret in them (Laplace) 6, and twice that allows for a factor: a message uniform
/// in a square has E|m|^4 / E^2|m|^2 = 1.4, a product of two such messages 1.96. So k = 12 for all; a false alarm, one in 10^9. With n
/// = 4096 ... 32768 the bands are 0.22 ... 0.08 bits.
/// </remarks>
[TestFixture("N13QP213", 3)]
[TestFixture("N14QP428", 8)]
[TestFixture("N15QP850", 7)]
[TestFixture("N16QP1320", 9)]
internal sealed class NoiseEstimatorTests(string name, int level)
{
    /// <summary>Root mean square modulus of slots whose parts are uniform in [-1, 1].</summary>
    private static readonly double Rms = Math.Sqrt(2.0 / 3);

    private CkksParameters _parameters = null!;
    private NoiseEstimator _noise = null!;
    private CkksEncoder _encoder = null!;
    private SecretKey _secret = null!;
    private EvaluationKeys _keys = null!;
    private Decryptor _decryptor = null!;
    private Evaluator _evaluator = null!;
    private Complex[] _x = null!;
    private Complex[] _y = null!;
    private Ciphertext _a = null!;
    private Ciphertext _b = null!;
    private SlotEstimate _fresh;

    [OneTimeSetUp]
    public void EncryptOperands()
    {
        _parameters = CkksParameters.Create(NamedParameters.Find(name));
        _noise = new NoiseEstimator(_parameters);
        _encoder = new CkksEncoder(_parameters);
        _secret = SecretKey.Generate(_parameters);
        _keys = new KeyGenerator(_secret).CreateEvaluationKeys(EvaluationKeyRequest.Of(level, [(3, level)], level));
        _decryptor = new Decryptor(_secret);
        _evaluator = new Evaluator(_parameters, _keys);
        _x = RandomSlots(1);
        _y = RandomSlots(2);
        _a = Encrypt(new Encryptor(_secret), _x);
        _b = Encrypt(new Encryptor(_secret), _y);
        _fresh = _noise.EncryptSymmetric(level, _a.Scale, Rms);
    }

    [OneTimeTearDown]
    public void DisposeOperands()
    {
        _a.Dispose();
        _b.Dispose();
        _keys.Dispose();
        _secret.Dispose();
    }

    [Test]
    public void Encryption_and_encoding()
    {
        AssertNoise(_a, i => _x[i], _fresh);
        using var publicKey = new KeyGenerator(_secret).CreatePublicKey();
        using var open = Encrypt(new Encryptor(publicKey), _x);
        AssertNoise(open, i => _x[i], _noise.EncryptPublic(level, open.Scale, Rms));
        var scale = Math.ScaleB(1, 30);
        using var plaintext = _encoder.Encode(_x, level, scale);
        AssertNoise(_encoder.DecodeComplex(plaintext), i => _x[i], _noise.EncodeRounding(scale));
    }

    /// <summary>A sparse message of half as many slots has the same independent errors twice.</summary>
    [Test]
    public void Sparse_packing()
    {
        var scale = Math.ScaleB(1, 30);
        Complex[] half = [.. _x.Take(_x.Length / 2)];
        using var plaintext = _encoder.EncodeSparse(half, level, scale);
        AssertNoise(_encoder.DecodeSparseComplex(plaintext, half.Length), i => half[i], _noise.EncodeRounding(scale, half.Length));
    }

    [Test]
    public void Sums_and_differences()
    {
        using Ciphertext sum = _evaluator.Add(_a, _b), difference = _evaluator.Subtract(_a, _b), negated = _evaluator.Negate(_a);
        AssertNoise(sum, i => _x[i] + _y[i], _noise.Add(_fresh, _fresh));
        AssertNoise(difference, i => _x[i] - _y[i], _noise.Subtract(_fresh, _fresh));
        AssertNoise(negated, i => -_x[i], _noise.Negate(_fresh));
    }

    [Test]
    public void Plaintext_operands([Values(22, 40)] int log2PlainScale)
    {
        using Plaintext addend = _encoder.Encode(_y, level, _a.Scale), factor = _encoder.Encode(_y, level, Math.ScaleB(1, log2PlainScale));
        using var sum = _evaluator.AddPlain(_a, addend);
        using var product = _evaluator.MultiplyPlain(_a, factor);
        AssertNoise(sum, i => _x[i] + _y[i], _noise.AddPlain(_fresh, Rms));
        AssertNoise(product, i => _x[i] * _y[i], _noise.MultiplyPlain(_fresh, Rms, factor.Scale));
    }

    [Test]
    public void Constants_integers_and_scalars()
    {
        using Ciphertext shifted = _evaluator.AddConstant(_a, Math.PI), multiple = _evaluator.MultiplyInteger(_a, -7);
        using var scaled = _evaluator.MultiplyScalar(_a, 1 / 3.0, Math.ScaleB(1, 45));
        AssertNoise(shifted, i => _x[i] + Math.PI, _noise.AddConstant(_fresh, Math.PI));
        AssertNoise(multiple, i => -7 * _x[i], _noise.MultiplyInteger(_fresh, -7));
        AssertNoise(scaled, i => _x[i] / 3, _noise.MultiplyScalar(_fresh, 1 / 3.0, Math.ScaleB(1, 45)));
    }

    /// <summary>1/3 as 341/1024: what is missing outweighs all noise. Each part of a complex slot has half its variance.</summary>
    [Test]
    public void Coarse_scalars_are_estimated_with_their_rounding()
    {
        using var scaled = _evaluator.MultiplyScalar(_a, 1 / 3.0, 1024);
        var estimate = _noise.MultiplyScalar(_fresh, 1 / 3.0, 1024).Error;
        Assert.That(estimate, Is.EqualTo((1 / 3.0 - 341 / 1024.0) * Rms).Within(0.01).Percent);
        AssertNoise(_decryptor.DecryptToComplexSlots(scaled), i => _x[i] / 3, estimate / Math.Sqrt(2));
    }

    [Test]
    public void Products_and_squares()
    {
        using Ciphertext product = _evaluator.Multiply(_a, _b), square = _evaluator.Square(_a);
        AssertNoise(product, i => _x[i] * _y[i], _noise.Multiply(_fresh, _fresh));
        AssertNoise(square, i => _x[i] * _x[i], _noise.Square(_fresh));
        // Three polynomials: what rounding leaves times s^2 outweighs all else.
        using var rescaled = _evaluator.Rescale(product);
        AssertNoise(rescaled, i => _x[i] * _y[i], _noise.Rescale(_noise.Multiply(_fresh, _fresh)));
        using var fused = _evaluator.RelinearizeAndRescale(product);
        var low = _noise.RelinearizeAndRescale(_noise.Multiply(_fresh, _fresh));
        AssertNoise(fused, i => _x[i] * _y[i], low);
        using var relinearized = _evaluator.Relinearize(product);
        AssertNoise(relinearized, i => _x[i] * _y[i], _noise.Relinearize(_noise.Multiply(_fresh, _fresh)));
        // A second multiplication, by an operand that came down another way.
        using Ciphertext lowered = _evaluator.LowerTo(_b, level - 1), next = _evaluator.Multiply(fused, lowered);
        using var second = _evaluator.RelinearizeAndRescale(next);
        var expected = _noise.RelinearizeAndRescale(_noise.Multiply(low, _noise.LowerTo(_fresh, level - 1)));
        // The encryption error of b takes part twice, as no estimate knows, but it is far below both operands' roundings.
        AssertNoise(second, i => _x[i] * _y[i] * _y[i], expected);
    }

    /// <summary>What relinearization alone adds, far below a product's noise, is what is left of a difference.</summary>
    [Test]
    public void Key_switching_alone()
    {
        using Ciphertext product = _evaluator.Multiply(_a, _b), relinearized = _evaluator.Relinearize(product);
        using var difference = _evaluator.Subtract(relinearized, product);
        AssertNoise(_decryptor.DecryptToComplexSlots(difference), _ => 0, _noise.KeySwitch(level, product.Scale));
    }

    [Test]
    public void Sums_of_products_and_squared_differences()
    {
        using Ciphertext c = Encrypt(new Encryptor(_secret), _y), d = Encrypt(new Encryptor(_secret), _x);
        using var products = _evaluator.SumOfProducts([_a, c], [_b, d]);
        AssertNoise(products, i => 2 * _x[i] * _y[i], _noise.SumOfProducts([_fresh, _fresh], [_fresh, _fresh]));
        using var squares = _evaluator.SumOfSquaredDifferences([_a, c], [_b, d]);
        var estimate = _noise.SumOfSquaredDifferences([_fresh, _fresh], [_fresh, _fresh]);
        AssertNoise(squares, i => 2 * (_x[i] - _y[i]) * (_x[i] - _y[i]), estimate);
    }

    [Test]
    public void Rescale_and_movements_between_levels()
    {
        // A factor that q_level does not divide, or nothing would be rounded.
        double scale = _parameters.Moduli[level];
        using Ciphertext multiple = _evaluator.MultiplyScalar(_a, 0.7, scale), rescaled = _evaluator.Rescale(multiple);
        AssertNoise(rescaled, i => 0.7 * _x[i], _noise.Rescale(_noise.MultiplyScalar(_fresh, 0.7, scale)));
        using Ciphertext dropped = _evaluator.DropLevels(_a, 1), lowered = _evaluator.LowerTo(_a, 0);
        AssertNoise(dropped, i => _x[i], _noise.DropLevels(_fresh, 1));
        AssertNoise(lowered, i => _x[i], _noise.LowerTo(_fresh, 0));
        Assert.That(_noise.LowerTo(_fresh, 0).Error, Is.GreaterThan(_noise.Floor(0)));
    }

    [Test]
    public void Rotations_and_conjugation()
    {
        var n = _parameters.SlotCount;
        using Ciphertext rotated = _evaluator.Rotate(_a, 3), conjugate = _evaluator.Conjugate(_a);
        AssertNoise(rotated, i => _x[(i + 3) % n], _noise.Rotate(_fresh));
        AssertNoise(conjugate, i => Complex.Conjugate(_x[i]), _noise.Conjugate(_fresh));
        var hoisted = _evaluator.RotateMany(_a, [3, 0]);
        AssertNoise(hoisted[0], i => _x[(i + 3) % n], _noise.Rotate(_fresh));
        AssertNoise(hoisted[1], i => _x[i], _fresh);
        foreach (var ciphertext in hoisted)
            ciphertext.Dispose();
    }

    [Test]
    public void Linear_combinations()
    {
        double[,] weights = { { 0.75, -1.5 }, { 1, 2 } };
        var scale = Math.ScaleB(1, 26);
        var results = _evaluator.LinearCombinations([_a, _b], weights, scale);
        var estimates = _noise.LinearCombinations([_fresh, _fresh], weights, scale);
        for (var output = 0; output < results.Length; output++)
        {
            (var ofX, var ofY) = (weights[output, 0], weights[output, 1]);
            AssertNoise(results[output], i => ofX * _x[i] + ofY * _y[i], estimates[output]);
            results[output].Dispose();
        }
    }

    private Complex[] RandomSlots(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, _parameters.SlotCount).Select(_ =>
            new Complex(2 * random.NextDouble() - 1, 2 * random.NextDouble() - 1))];
    }

    private Ciphertext Encrypt(Encryptor encryptor, Complex[] values)
    {
        using var plaintext = _encoder.Encode(values, level, _parameters.ScaleAt(level));
        return encryptor.Encrypt(plaintext);
    }

    private void AssertNoise(Ciphertext actual, Func<int, Complex> expected, SlotEstimate estimate)
    {
        (int, double, int) expectedShape = (estimate.Level, estimate.Scale, estimate.PolynomialCount);
        Assert.That((actual.Level, actual.Scale, actual.PolynomialCount), Is.EqualTo(expectedShape));
        AssertNoise(_decryptor.DecryptToComplexSlots(actual), expected, estimate.Error);
    }

    private static void AssertNoise(Complex[] slots, Func<int, Complex> expected, double standardDeviation)
    {
        const double kurtosis = 12;
        var band = 6 * Math.Sqrt((kurtosis - 1) / slots.Length) / (2 * Math.Log(2));
        foreach (var part in new Func<Complex, double>[] { z => z.Real, z => z.Imaginary })
        {
            var meanSquare = slots.Select((z, i) => Math.Pow(part(z - expected(i)), 2)).Average();
            Assert.That(Math.Log2(Math.Sqrt(meanSquare) / standardDeviation), Is.InRange(-band, band));
        }
    }
}
