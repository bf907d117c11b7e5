using System.Numerics;

namespace Crammed.Ckks.Tests.Scheme;

/// <summary>Products and sums with complex constants.</summary>
[TestFixture]
internal sealed class ComplexConstantTests
{
    private CkksSetup _setup = null!;
    private Complex[] _values = null!;
    private Ciphertext _a = null!;
    private double _fresh;

    [OneTimeSetUp]
    public void SetUp()
    {
        _setup = CkksSetup.Of(NamedParameters.InsecureN11);
        _values = _setup.RandomComplexSlots(1);
        _a = _setup.Encrypt(_values, 4);
        _fresh = SlotAssert.Together(_setup.Noise.FreshSymmetric(_a.Scale), _setup.Noise.EncodeRounding(_a.Scale));
    }

    [OneTimeTearDown]
    public void TearDown() => _a.Dispose();

    [Test]
    public void The_imaginary_unit_is_exact()
    {
        using Ciphertext turned = _setup.Evaluator.MultiplyByImaginaryUnit(_a), twice = _setup.Evaluator.MultiplyByImaginaryUnit(turned);
        SlotAssert.HaveNoise(_setup, turned, i => Complex.ImaginaryOne * _values[i], _fresh);
        Assert.That((turned.Level, turned.Scale), Is.EqualTo((_a.Level, _a.Scale)));
        using var zero = _setup.Evaluator.Add(twice, _a);
        SlotAssert.AreClose(_setup, zero, _ => Complex.Zero, Math.ScaleB(1, -60));
    }

    [TestCase(0.75, -1.5)]
    [TestCase(0, 1e-3)]
    [TestCase(-3e5, 2e5)]
    public void Scalars_multiply_as_integers_at_their_scale(double real, double imaginary)
    {
        var value = new Complex(real, imaginary);
        var scale = Math.ScaleB(1, 40);
        using var product = _setup.Evaluator.MultiplyScalar(_a, value, scale);
        Assert.That(product.Scale, Is.EqualTo(_a.Scale * scale));
        // Rounded by 1/2 in both parts, times slots of up to sqrt(2).
        SlotAssert.HaveNoise(_setup, product, i => value * _values[i], SlotAssert.Together(Complex.Abs(value) * _fresh, 1 / scale));
    }

    [TestCase(0.5, 0.25)]
    [TestCase(0, -100)]
    public void Sums_with_constants(double real, double imaginary)
    {
        var value = new Complex(real, imaginary);
        using var sum = _setup.Evaluator.AddConstant(_a, value);
        SlotAssert.HaveNoise(_setup, sum, i => value + _values[i], SlotAssert.Together(_fresh, 1 / _a.Scale));
        Assert.That(sum.IsSeeded, Is.False);
    }

    [Test]
    public void Constants_must_be_finite()
    {
        var live = ResidueMemory.LiveBuffers;
        Assert.That(() => _setup.Evaluator.AddConstant(_a, new Complex(0, double.NaN)), Throws.ArgumentException);
        Assert.That(
            () => _setup.Evaluator.MultiplyScalar(_a, new Complex(0, 1e300), 1e200),
            Throws.ArgumentException.With.Message.StartsWith("MultiplyScalar: "));
        Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live));
    }
}
