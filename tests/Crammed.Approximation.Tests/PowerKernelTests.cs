namespace Crammed.Approximation.Tests;

[TestFixture]
public class PowerKernelTests
{
    [Test]
    public void Value_and_derivative_are_powers([Range(1, 16)] int k)
    {
        var kernel = new PowerKernel(k);
        foreach (var x in kernel.Domain.Grid(41).Concat([-2, -1, -0.01]))
        {
            // Squaring k times multiplies the base's relative rounding by 2^k and adds one rounding per squaring, doubled on.
            var tolerance = Math.ScaleB(2, k - 53);
            var bottom = 1 + x / Math.Pow(2, k);
            Assert.That(kernel.Evaluate(x), Is.EqualTo(Math.Pow(bottom, Math.Pow(2, k))).Within(tolerance));
            Assert.That(kernel.Derivative(x), Is.EqualTo(Math.Pow(bottom, Math.Pow(2, k) - 1)).Within(tolerance));

            var arithmetic = new LevelArithmetic();
            var argument = new LevelDouble(x, kernel.Depth);
            var start = arithmetic.LinearCombination([argument], [Math.Pow(2, -k)], 1);
            var (value, derivative) = PowerKernel.Squarings(start, k, arithmetic.Multiply, arithmetic.Release, derivative: true);
            Assert.That((value.Value, value.Level), Is.EqualTo((kernel.Evaluate(x), 0)));
            Assert.That((derivative!.Value, derivative.Level), Is.EqualTo((kernel.Derivative(x), k == 1 ? 1 : 0)));
            Assert.That((arithmetic.Multiplications, arithmetic.Alive), Is.EqualTo((2 * k - 1, 2)));

            arithmetic = new LevelArithmetic();
            value = kernel.Evaluate(argument, arithmetic);
            Assert.That((value.Value, value.Level), Is.EqualTo((kernel.Evaluate(x), 0)));
            Assert.That((arithmetic.Multiplications, arithmetic.Alive), Is.EqualTo((kernel.Multiplications, 1)));
        }
    }

    [Test]
    public void Derivative_is_the_difference_quotient() =>
        Law.Holds(Law.Reals(-60, -0.5), x =>
        {
            // Central quotient, h = 1e-5: truncation h^2/6, rounding of values below 1 with 2^k u error each: 2^5 u / h.
            var kernel = new PowerKernel(5);
            var quotient = (kernel.Evaluate(x + 1e-5) - kernel.Evaluate(x - 1e-5)) / 2e-5;
            Assert.That(kernel.Derivative(x), Is.EqualTo(quotient).Within(1e-10 + Math.ScaleB(1, -47) / 1e-5));
        });

    [Test]
    public void The_stable_range_is_where_it_stays_between_zero_and_one([Range(1, 20)] int k)
    {
        var kernel = new PowerKernel(k);
        Assert.That(kernel.Domain.Low, Is.EqualTo(-Math.Pow(2, k + 1)));
        Assert.That(kernel.Domain.Grid(1001).Select(kernel.Evaluate), Has.All.InRange(0, 1));
        Assert.That(kernel.Evaluate(kernel.Domain.Low * 1.5), Is.GreaterThan(1));
        Assert.That(kernel.Evaluate(1), Is.GreaterThan(1));
    }

    /// <summary>Errors to two digits, known from an independent calculation; always near x = -2.</summary>
    [TestCase(9, 5.3e-4)]
    [TestCase(12, 6.6e-5)]
    [TestCase(14, 1.65e-5)]
    [TestCase(16, 4.1e-6)]
    public void Error_against_exp_is_worst_near_minus_two(int k, double expected)
    {
        var report = new PowerKernel(k).ErrorAgainstExp(new Interval(-Math.Pow(2, k), 0));
        Assert.That(report.MaxError, Is.EqualTo(expected).Within(0.01 * expected));

        // exp(2^k log(1 + x/2^k)) = exp(x) (1 - x^2/2^(k+1) + O(x^3/4^k)): largest at x = -2, 2 e^-2 / 2^k.
        Assert.That(report.MaxError, Is.EqualTo(2 * Math.Exp(-2) / Math.Pow(2, k)).Within(4 * Math.Pow(4, -k)));
        Assert.That(report.WorstAt, Is.EqualTo(-2).Within(0.01));
    }

    [Test]
    public void Wide_domains_do_not_hide_the_worst_point()
    {
        // The grid's spacing is 10 here.
        var report = new PowerKernel(20).ErrorAgainstExp(new Interval(-Math.ScaleB(1, 20), 0));
        Assert.That(report.MaxError, Is.EqualTo(2 * Math.Exp(-2) * Math.ScaleB(1, -20)).Within(1e-9));
    }

    [Test]
    public void Choose_takes_the_smallest_exponent()
    {
        Assert.That(PowerKernel.Choose(new Interval(-60, 0), 1e-3).Exponent, Is.EqualTo(9));
        Assert.That(PowerKernel.Choose(new Interval(-60, 0), 5e-4).Exponent, Is.EqualTo(10));
        Assert.That(PowerKernel.Choose(new Interval(-16384, 0), 1e-3).Exponent, Is.EqualTo(14), "stability decides");
        Assert.That(new PowerKernel(13).ErrorAgainstExp(new Interval(-16384, 0)).MaxError, Is.EqualTo(1), "at the far end");
    }

    [Test]
    public void Bad_use_is_refused()
    {
        Assert.That(() => new PowerKernel(0), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => new PowerKernel(31), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => PowerKernel.Choose(new Interval(-1, 1), 1e-3), Throws.ArgumentException);
        Assert.That(() => PowerKernel.Choose(new Interval(-60, 0), 1e-3, 8), Throws.ArgumentException.With.Message.Contains("up to 8"));
        Assert.That(() => new PowerKernel(3).ErrorAgainstExp(new Interval(-17, 0)), Throws.ArgumentException);
        Assert.That(
            () => new PowerKernel(5).Evaluate(new LevelDouble(-1, 5), new LevelArithmetic()),
            Throws.ArgumentException.With.Message.Contains("takes 6"));
    }
}
