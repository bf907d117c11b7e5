using FsCheck;
using FsCheck.Fluent;

namespace Crammed.Ckks.Tests.Scheme;

/// <summary>Encryption is a homomorphism: laws on arbitrary messages, with tolerances of 18 predicted standard deviations.</summary>
[TestFixture]
internal sealed class LawTests
{
    private static readonly Config Settings = Config.QuickThrowOnFailure.WithMaxTest(25);

    private CkksSetup _setup = null!;
    private Evaluator _evaluator = null!;
    private double _fresh;

    [OneTimeSetUp]
    public void SetUp()
    {
        _setup = CkksSetup.Of(NamedParameters.InsecureN11);
        _evaluator = _setup.Evaluator;
        var scale = _setup.Parameters.ScaleAt(_setup.Top);
        _fresh = SlotAssert.Together(_setup.Noise.FreshSymmetric(scale), _setup.Noise.EncodeRounding(scale));
    }

    /// <summary>Messages of any length up to all slots with entries in [-8, 8].</summary>
    private Arbitrary<double[]> Messages => Arb.From(
        from length in Gen.Choose(1, _setup.Parameters.SlotCount)
        from values in Gen.ArrayOf(Gen.Choose(-8000, 8000).Select(value => value / 1000.0), length)
        select values);

    [Test]
    public void Addition() => Check.One(Settings, Prop.ForAll(Messages, Messages, (x, y) =>
    {
        using Ciphertext a = Encrypt(x), b = Encrypt(y), sum = _evaluator.Add(a, b);
        AreClose(sum, i => At(x, i) + At(y, i), Math.Sqrt(2) * _fresh);
    }));

    /// <summary>(x + e)(y + f): errors up to 8 times the operands', the error of the relinearization and rounding beside them.</summary>
    [Test]
    public void Multiplication() => Check.One(Settings, Prop.ForAll(Messages, Messages, (x, y) =>
    {
        using Ciphertext a = Encrypt(x), b = Encrypt(y), product = _evaluator.Multiply(a, b);
        using var result = _evaluator.RelinearizeAndRescale(product);
        var rounding = _setup.Noise.RelinearizeAndRescale(_setup.Top, result.Scale);
        AreClose(result, i => At(x, i) * At(y, i), SlotAssert.Together(8 * _fresh, 8 * _fresh, rounding));
    }));

    [Test]
    public void Multiplication_distributes_over_addition() => Check.One(Settings, Prop.ForAll(Messages, Messages, (x, y) =>
    {
        using Ciphertext a = Encrypt(x), b = Encrypt(y), sum = _evaluator.Add(a, b);
        using Ciphertext left = _evaluator.Multiply(a, sum), square = _evaluator.Square(a), cross = _evaluator.Multiply(a, b);
        using Ciphertext right = _evaluator.Add(square, cross), difference = _evaluator.Subtract(left, right);
        // The same residues up to representatives: nothing is left at all.
        AreClose(difference, _ => 0, Math.ScaleB(1, -60));
    }));

    [Test]
    public void Rotations_compose() => Check.One(
        Settings,
        Prop.ForAll(Messages, Gen.Elements(CkksSetup.Steps).Two().ToArbitrary(), (x, steps) =>
        {
            var slots = _setup.Parameters.SlotCount;
            using Ciphertext a = Encrypt(x), first = _evaluator.Rotate(a, steps.Item1), both = _evaluator.Rotate(first, steps.Item2);
            var noise = _setup.Noise.KeySwitch(_setup.Top, a.Scale);
            var total = ((steps.Item1 + steps.Item2) % slots + slots) % slots;
            AreClose(both, i => At(x, (i + total) % slots), SlotAssert.Together(_fresh, noise, noise));
        }));

    [Test]
    public void Linear_combinations_are_linear() => Check.One(Settings, Prop.ForAll(Messages, Messages, (x, y) =>
    {
        using Ciphertext a = Encrypt(x), b = Encrypt(y);
        var results = _evaluator.LinearCombinations([a, b], new[,] { { 0.5, -1.5 }, { 0, 2.25 } }, Math.ScaleB(1, 30));
        // Weights are rounded to 2^-28 of the largest, 2.25, and messages go up to 8.
        var rounding = 8 * 2.25 * Math.ScaleB(1, -28);
        AreClose(results[0], i => 0.5 * At(x, i) - 1.5 * At(y, i), SlotAssert.Together(0.5 * _fresh, 1.5 * _fresh, rounding));
        AreClose(results[1], i => 2.25 * At(y, i), SlotAssert.Together(2.25 * _fresh, rounding));
        foreach (var result in results)
            result.Dispose();
    }));

    private static double At(double[] values, int i) => i < values.Length ? values[i] : 0;

    private Ciphertext Encrypt(double[] values) => _setup.Encryptor.Encrypt(values, _setup.Top);

    private void AreClose(Ciphertext actual, Func<int, double> expected, double standardDeviation) =>
        SlotAssert.AreClose(_setup, actual, expected, standardDeviation);
}
