using System.Numerics;
using Crammed.Ckks.Arithmetic;
using Crammed.Ckks.Tests.Arithmetic;

namespace Crammed.Ckks.Tests.Scheme;

/// <summary>
/// The transform against its definition in extended precision. Tolerances are those that the transform states: errors of standard
/// deviation σ = 0.6 sqrt(log2 n) 2^-53 of the slots' root mean square r, and none beyond 8 σ r.
/// </summary>
[TestFixture]
internal sealed unsafe class SpecialFourierTransformTests
{
    private const int LargestCount = 1 << 15;

    private static readonly Dictionary<string, SpecialFourierTransform> Transforms = KernelCase.Instances.ToDictionary(
        instance => instance, instance => new SpecialFourierTransform(LargestCount, Kernels(instance)));

    private static IEnumerable<string> Instances => KernelCase.Instances;

    private static EmbeddingKernels Kernels(string instance) => EmbeddingKernels.OfWidth(KernelCase.Kernels(instance).Width);

    private static double[] Random(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => 2 * random.NextDouble() - 1)];
    }

    private static double[] ToSlots(SpecialFourierTransform transform, double[] coefficients)
    {
        double[] slots = new double[coefficients.Length], source = [.. coefficients];
        fixed (double* to = slots, from = source)
            transform.ToSlots(to, from, coefficients.Length / 2);
        Assert.That(source, Is.EqualTo(coefficients), "coefficients are kept");
        return slots;
    }

    private static double[] FromSlots(SpecialFourierTransform transform, double[] slots)
    {
        double[] coefficients = new double[slots.Length], source = [.. slots];
        fixed (double* to = coefficients, from = source)
            transform.FromSlots(to, from, slots.Length / 2);
        return [.. coefficients.Select(value => value / (slots.Length / 2))];
    }

    /// <summary>The standard deviation of a slot's complex error; a single slot's transform is exact.</summary>
    private static double Sigma(int count, double rms) =>
        SpecialFourierTransform.RelativeErrorPerStage * Math.Sqrt(Math.Log2(count)) * rms;

    private static double ComplexRms(double[] split) => Math.Sqrt(split.Sum(value => value * value) / (split.Length / 2));

    [Test]
    public void Slots_are_the_polynomial_at_the_powers_of_five_in_both_directions(
        [Values(1, 2, 4, 8, 16, 32, 64, 128, 2048, 4096, 8192, 16384, 32768)] int count)
    {
        var oracle = new EmbeddingOracle(2 * count);
        var transform = Transforms[Instances.Last()];
        double[] coefficients = Random(2 * count, count), slots = ToSlots(transform, coefficients);
        double[] values = Random(2 * count, count + 1), back = FromSlots(transform, values);
        // For few slots 2 units in the last place of a value up to 2 count: the statistical model is for many stages.
        var rounding = count < 32 ? 2 * count * Math.ScaleB(1, -51) : 0;
        var tolerance = 8 * Sigma(count, ComplexRms(slots)) + rounding;
        var toleranceBack = 8 * Sigma(count, ComplexRms(values)) + rounding;
        var tested = count > 512 ? [0, 1, count / 3, count / 2, count - 1] : Enumerable.Range(0, Math.Min(64, count));
        foreach (var j in tested)
        {
            Complex slot = new(slots[j], slots[count + j]), value = new(values[j], values[count + j]);
            Assert.That(Complex.Abs(oracle.Slot(coefficients, j) - slot), Is.LessThanOrEqualTo(tolerance), $"slot {j}");
            Assert.That(Complex.Abs(oracle.Slot(back, j) - value), Is.LessThanOrEqualTo(toleranceBack), $"slot {j}, encoded");
        }
    }

    /// <summary>
    /// There and back are 2 log2(n) stages. The root mean square over thousands of errors is that of the model to a few percent of
    /// sampling; the model itself neglects that some roots are exact and counts roundings of mantissas by their logarithmic mean: 1.5.
    /// </summary>
    [Test]
    public void Errors_have_the_stated_standard_deviation([Values(1024, 2048, 16384, 32768)] int count)
    {
        var original = Random(2 * count, 1);
        var transform = Transforms[Instances.Last()];
        var values = ToSlots(transform, FromSlots(transform, original));
        var error = ComplexRms([.. values.Zip(original, (a, b) => a - b)]);
        Assert.That(error / (Math.Sqrt(2) * Sigma(count, ComplexRms(original))), Is.InRange(1 / 1.5, 1.5));
    }

    [Test]
    public void All_vector_widths_give_the_same_bits([Values(1, 2, 4, 8, 16, 32, 64, 256, 512, 4096, 8192)] int count)
    {
        var values = Random(2 * count, 7);
        double[] forward = ToSlots(Transforms["scalar"], values), inverse = FromSlots(Transforms["scalar"], values);
        foreach (var instance in Instances)
        {
            Assert.That(ToSlots(Transforms[instance], values).AsSpan().SequenceEqual(forward), instance);
            Assert.That(FromSlots(Transforms[instance], values).AsSpan().SequenceEqual(inverse), instance);
        }
    }

    /// <summary>A transform for more slots than are asked for uses the very roots of the smaller one.</summary>
    [Test]
    public void Roots_serve_every_smaller_count([Values(2, 8, 32, 64, 512)] int count)
    {
        var values = Random(2 * count, 3);
        SpecialFourierTransform own = new(count, Kernels("scalar"));
        Assert.That(ToSlots(own, values), Is.EqualTo(ToSlots(Transforms["scalar"], values)));
        Assert.That(FromSlots(own, values), Is.EqualTo(FromSlots(Transforms["scalar"], values)));
    }
}
