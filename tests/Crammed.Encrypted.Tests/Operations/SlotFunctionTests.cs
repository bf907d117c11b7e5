using Crammed.Approximation;
using Crammed.Encrypted.Backends;
using Crammed.Encrypted.Operations;
using Crammed.Encrypted.Tensors;

namespace Crammed.Encrypted.Tests.Operations;

[TestFixture]
public sealed class SlotFunctionTests
{
    private const int Slots = 8;
    private static readonly ChebyshevPolynomial Fit = ChebyshevFit.Interpolate(Math.Exp, new Interval(-1, 3), 5);
    private static readonly SlotFunction Exponential = new("layer1.attention_norm.variance", Math.Exp, Fit);
    private static readonly double[] Inside = [-1, -0.5, 0, 0.5, 1, 2, 2.5, 3];
    private readonly ClearBackend _backend = new(Slots, 8);

    [Test]
    public void Approximation_or_true_function_take_the_same_levels([Values] bool exact, [Values(8, 4, 3, 0)] int level)
    {
        long live = ClearVector.LiveCount;
        using var x = _backend.Load(Inside, level);
        using var y = Exponential.Evaluate(Context(exact), x);
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
        using var x = _backend.Load(values, 8);
        Assert.That(() => Exponential.Evaluate(Context(exact), x), Throws.InstanceOf<RangeViolationException>().With.Message.EqualTo(
            "layer1.attention_norm.variance: value 3.25 in slot 6 is outside the calibrated domain [-1, 3]; "
            + "calibrate on text closer to this data or widen the margin."));
    }

    [Test]
    public void Not_a_number_is_outside_every_domain()
    {
        using var x = _backend.Load([.. Inside[..7], double.NaN], 8);
        Assert.That(() => Exponential.Evaluate(Context(exact: true), x),
            Throws.InstanceOf<RangeViolationException>().With.Message.Contains("NaN in slot 7"));
    }

    [Test]
    public void Dry_runs_do_not_look_at_values()
    {
        using var x = _backend.Load([.. Enumerable.Repeat(100.0, Slots)], 8);
        var context = new EncryptedContext(_backend, refreshLevel: 5) { ChecksDomains = false };
        using var y = Exponential.Evaluate(context, x);
        Assert.That(y.Level, Is.EqualTo(4));
    }

    /// <summary>Also from inside operations that work on many vectors at a time: the caller sees the violation itself.</summary>
    [Test]
    public void A_violation_comes_through_an_operation_as_it_is()
    {
        var shape = new SlotShape(Slots, 4, IsTokenMajor: true);
        var context = Context(exact: true);
        var x = context.Tensor("x", shape.Layout(3), shape.Load(_backend, RandomValues.Uniform(new Random(1), 3 * Slots, 4, 5), 3, 8));
        var tanh = new SlotFunction("head.tanh", Math.Tanh, ChebyshevFit.Interpolate(Math.Tanh, Interval.Unit, 7));
        Assert.That(() => Functional.Tanh(x, tanh),
            Throws.InstanceOf<RangeViolationException>().With.Message.StartsWith("head.tanh: value 4."));
    }

    private EncryptedContext Context(bool exact) => new(_backend, refreshLevel: 5) { ExactFunctions = exact };
}
