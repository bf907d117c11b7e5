using Crammed.Approximation;
using Crammed.Ckks;
using Crammed.Ckks.Client;
using Crammed.Encrypted.Backends;
using Crammed.Encrypted.Eager;
using Crammed.Encrypted.Operations;

namespace Crammed.Encrypted.Tests.Backends;

/// <summary>Functions by their polynomials, on each backend.</summary>
[TestFixture]
public sealed class EvaluateTests
{
    private const int Slots = 8;
    private static readonly ChebyshevPolynomial Fit = ChebyshevFit.Interpolate(Math.Exp, new Interval(-1, 3), 5);
    private static readonly FittedFunction Exponential = new("layer1.attention_norm.variance", Math.Exp, Fit, []);
    private static readonly double[] Inside = [-1, -0.5, 0, 0.5, 1, 2, 2.5, 3];

    [Test]
    public void Approximation_or_true_function_take_the_same_levels([Values] bool exact, [Values(8, 4, 3, 0)] int level)
    {
        var live = ClearVector.LiveCount;
        using var x = Backend(exact).Load(Inside, level);
        using var y = Context(exact).Evaluate(Exponential, x);
        Assert.That(Fit.Depth, Is.EqualTo(4), "degree 5 on an interval that must be scaled");
        Assert.That(y.Level, Is.EqualTo((level >= 4 ? level : 5) - 4));
        Func<double, double> expected = exact ? Math.Exp : Fit.Evaluate;
        // Coefficients sum to at most e^3; degree 5 takes fewer than 20 roundings.
        Assert.That(ClearBackend.Read(y), Is.EqualTo(Inside.Select(expected)).Within(new Rounding(20, Math.Exp(3)).Tolerance));
        Assert.That(ClearVector.LiveCount, Is.EqualTo(live + 2), "x and y");
    }

    [Test]
    public void A_value_outside_the_domain_is_named_with_layer_tensor_and_slot([Values] bool exact)
    {
        var values = (double[])Inside.Clone();
        values[6] = 3.25;
        using var x = Backend(exact).Load(values, 8);
        Assert.That(() => Context(exact).Evaluate(Exponential, x), Throws.InstanceOf<RangeViolationException>().With.Message.EqualTo(
            "layer1.attention_norm.variance: value 3.25 in slot 6 is outside the calibrated domain [-1, 3]; "
            + "calibrate on text closer to this data or widen the margin."));
    }

    [Test]
    public void Not_a_number_is_outside_every_domain()
    {
        using var x = Backend(exact: true).Load([.. Inside[..7], double.NaN], 8);
        Assert.That(() => Context(exact: true).Evaluate(Exponential, x),
            Throws.InstanceOf<RangeViolationException>().With.Message.Contains("NaN in slot 7"));
    }

    /// <summary>Also from inside operations that work on many vectors at a time: the caller sees the violation itself.</summary>
    [Test]
    public void A_violation_comes_through_an_operation_as_it_is()
    {
        var shape = new SlotShape(Slots, 4);
        var context = Context(exact: true);
        var x = context.Tensor("x", shape.Layout(3), shape.Load(Backend(exact: true), RandomValues.Uniform(new Random(1), 3 * Slots, 4, 5), 3, 8));
        var tanh = new FittedFunction("head.tanh", Math.Tanh, ChebyshevFit.Interpolate(Math.Tanh, Interval.Unit, 7), []);
        Assert.That(() => Functional.Apply(x, tanh),
            Throws.InstanceOf<RangeViolationException>().With.Message.StartsWith("head.tanh: value 4."));
    }

    [Test]
    public void An_argument_with_too_few_levels_is_refused()
    {
        using var x = Backend(exact: false).Load(Inside, 3);
        Assert.That(() => Backend(exact: false).Evaluate([x], Exponential), Throws.InvalidOperationException.With.Message.EqualTo(
            "layer1.attention_norm.variance: its approximation takes 4 levels, the argument has 3; refresh it first."));
    }

    /// <summary>
    /// On ciphertexts the value is the polynomial's, and the error that of clear slots with injected noise: fresh noise carried by the
    /// slope, the map of the domain, the plan. Two samples of 1,024 slots, whose root mean squares are known within 3.5 % each.
    /// </summary>
    [TestCase(-4, 4, 31)]
    [TestCase(0.5, 6, 15)]
    [TestCase(1, 3, 7)]
    [TestCase(-2, 5, 1)]
    public void Ciphertexts_hold_the_polynomial_with_the_noise_that_clear_slots_get(double low, double high, int degree)
    {
        var parameters = CkksParameters.Create(NamedParameters.InsecureN11);
        var domain = new Interval(low, high);
        var function = new FittedFunction("f", Math.Tanh, ChebyshevFit.Interpolate(x => Math.Tanh(x) + 0.1 * x, domain, degree), []);
        var values = RandomValues.Uniform(new Random(degree), parameters.SlotCount, low + 1e-3, high - 1e-3);
        var level = parameters.MaxLevel;
        using var secret = SecretKey.Generate(parameters);
        using var keys = new KeyGenerator(secret).CreateEvaluationKeys(EvaluationKeyRequest.Of(level, []));
        var backend = new CkksBackend(parameters, new Evaluator(parameters, keys), null!);
        using var x = backend.Load(new Encryptor(secret).Encrypt(values, level));
        using var y = backend.Evaluate([x], function)[0];
        var clear = new ClearBackend(parameters.SlotCount, level, noise: new CkksNoiseModel(parameters), seed: 1);
        using var noisy = clear.Load(values, level);
        using var expected = clear.Evaluate([noisy], function)[0];

        Assert.That(y.Level, Is.EqualTo(expected.Level).And.EqualTo(level - function.Approximation.Depth));
        var ratio = Error(new Decryptor(secret).DecryptToSlots(CkksBackend.Read(y))) / Error(ClearBackend.Read(expected));
        Assert.That(ratio, Is.InRange(1 / 1.25, 1.25));

        double Error(double[] slots) =>
            Math.Sqrt(slots.Zip(values, (slot, value) => Math.Pow(slot - function.Approximation.Evaluate(value), 2)).Average());
    }

    private static ClearBackend Backend(bool exact) => new(Slots, 8) { ExactFunctions = exact };

    private static EncryptedContext Context(bool exact) => new(Backend(exact), refreshLevel: 5);
}
