using System.Numerics;
using Crammed.Benchmarks.Bootstrapping;

namespace Crammed.Cli.Tests.Bootstrapping;

/// <summary>Errors of polynomials whose slots are known: X^k has exp(iπ k 5^j / N) in slot j.</summary>
internal sealed class MessageErrorsTests
{
    private const int SlotCount = 64, N = 2 * SlotCount;

    /// <summary>Transforms of 64 points in doubles: 7 log2(64) 2^-53 relative, and as much for the exponentials.</summary>
    private const double Rounding = 1e-13;

    [TestCase(0, 0.5)]
    [TestCase(1, -0.25)]
    [TestCase(77, 3)]
    [TestCase(N / 2, 1)]
    public void A_monomial_is_one_coefficient_and_the_circle_in_slots(int power, double factor)
    {
        var errors = Summary(range: 1, [.. Monomial(power).Select(slot => factor * slot)]);
        Assert.That(errors.Coefficients.Count, Is.EqualTo(N));
        Assert.That(errors.Coefficients.Largest, Is.EqualTo(Math.Abs(factor)).Within(4 * Rounding));
        Assert.That(errors.Coefficients.Mean, Is.EqualTo(factor / N).Within(4 * Rounding));
        Assert.That(errors.Coefficients.Quantile99, Is.EqualTo(0).Within(4 * Rounding), "all others are zero");
        Assert.That(errors.Slots.Rms, Is.EqualTo(Math.Abs(factor) / Math.Sqrt(2)).Within(4 * Rounding));
    }

    /// <summary>Parseval: sqrt(N/2) between the root mean squares, whatever the error.</summary>
    [Test]
    public void Slots_and_coefficients_agree_on_the_root_mean_square()
    {
        var random = new Random(4);
        var errors = Summary(
            range: 1, [.. Enumerable.Range(0, SlotCount).Select(_ => new Complex(random.NextDouble(), -random.NextDouble()))]);
        Assert.That(errors.Coefficients.Rms * Math.Sqrt(SlotCount), Is.EqualTo(errors.Slots.Rms).Within(Rounding));
        Assert.That(errors.Slots.Count, Is.EqualTo(2 * SlotCount));
        Assert.That(errors.Real.Mean, Is.Positive);
        Assert.That(errors.Imaginary.Mean, Is.Negative);
    }

    [Test]
    public void Errors_are_relative_to_the_range_and_add_up_over_bootstraps()
    {
        var collected = new MessageErrors(SlotCount, range: 4);
        var expected = Enumerable.Repeat(new Complex(1, 2), SlotCount).ToArray();
        collected.Add([.. expected.Select(slot => slot + 1)], expected);
        collected.Add([.. expected.Select(slot => slot - new Complex(0, 2))], expected);
        var errors = collected.Summarize(BootstrapMessageKind.Ramp);
        Assert.That(errors.Message, Is.EqualTo(BootstrapMessageKind.Ramp));
        Assert.That((errors.Real.Mean, errors.Imaginary.Mean), Is.EqualTo((0.125, -0.25)));
        Assert.That((errors.Slots.Count, errors.Slots.Largest), Is.EqualTo((4 * SlotCount, 0.5)));
        Assert.That(errors.Parts().Select(part => part.Name), Is.EqualTo(new[] { "slots", "real", "imaginary", "coefficients" }));
        Assert.That(() => collected.Add(expected, expected[1..]), Throws.ArgumentException.With.Message.Contains("64 and 63 slots"));
    }

    private static MessagePrecision Summary(double range, Complex[] error)
    {
        var collected = new MessageErrors(SlotCount, range);
        collected.Add(error, new Complex[SlotCount]);
        return collected.Summarize(BootstrapMessageKind.Uniform);
    }

    private static Complex[] Monomial(int power)
    {
        var slots = new Complex[SlotCount];
        var generator = 1;
        for (var j = 0; j < SlotCount; j++)
        {
            slots[j] = Complex.FromPolarCoordinates(1, Math.PI * (power * generator % (2 * N)) / N);
            generator = generator * 5 % (2 * N);
        }
        return slots;
    }
}
