namespace Crammed.Approximation;

/// <summary>
/// p_k(x) = (1 + x/2^k)^(2^k) by k squarings: close to exp(x) from below on [-2^k, 0] (the paper's expIter with k = 14), and a
/// kernel in its own right. On the stable range -2^(k+1) &lt;= x &lt;= 0 the base is in [-1, 1]; beyond it the squarings blow up
/// doubly exponentially.
/// </summary>
public sealed class PowerKernel : IApproximation
{
    public const int MaxExponent = 30;

    /// <summary>Where |p_k - exp| is largest: near -2, far inside a wide domain's grid spacing.</summary>
    private static readonly Interval Steep = new(-64, 0);

    /// <param name="exponent">k, from 1 to 30.</param>
    public PowerKernel(int exponent)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(exponent, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(exponent, MaxExponent);
        Exponent = exponent;
        Domain = new Interval(-Math.ScaleB(1, exponent + 1), 0);
    }

    /// <summary>k.</summary>
    public int Exponent { get; }

    /// <summary>The stable range [-2^(k+1), 0].</summary>
    public Interval Domain { get; }

    /// <summary>k + 1: one for x/2^k, one for each squaring.</summary>
    public int Depth => Exponent + 1;

    /// <inheritdoc/>
    public int Multiplications => Exponent;

    /// <summary>
    /// The smallest k whose stable range holds the domain and whose maximum absolute error against exp there is at most
    /// <paramref name="maxError"/>.
    /// </summary>
    /// <exception cref="ArgumentException">None up to <paramref name="maxExponent"/> does, or the domain reaches above 0.</exception>
    public static PowerKernel Choose(Interval domain, double maxError, int maxExponent = MaxExponent) =>
        TryChoose(domain, maxError, maxExponent) ?? throw new ArgumentException(
            $"No (1 + x/2^k)^(2^k) with k up to {maxExponent} is stable on {domain} (at most 0, at least -2^(k+1)) and within "
            + $"{maxError:G3} of exp.");

    /// <summary>As <see cref="Choose"/>; null if there is none.</summary>
    public static PowerKernel? TryChoose(Interval domain, double maxError, int maxExponent = MaxExponent)
    {
        ArgumentNullException.ThrowIfNull(domain);
        if (!(maxError > 0))
            throw new ArgumentOutOfRangeException(nameof(maxError), maxError, "An error to reach is positive.");
        ArgumentOutOfRangeException.ThrowIfLessThan(maxExponent, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxExponent, MaxExponent);
        for (var k = 1; k <= maxExponent; k++)
        {
            var kernel = new PowerKernel(k);
            if (kernel.Domain.Contains(domain) && kernel.ErrorAgainstExp(domain).MaxError <= maxError)
                return kernel;
        }

        return null;
    }

    /// <inheritdoc/>
    public double Evaluate(double x) => Squarings(Base(x), Exponent, (left, right) => left * right, _ => { }, derivative: false).Power;

    /// <summary>The exact derivative (1 + x/2^k)^(2^k - 1).</summary>
    public double Derivative(double x) =>
        Squarings(Base(x), Exponent, (left, right) => left * right, _ => { }, derivative: true).Derivative;

    /// <summary>
    /// Absolute error against exp on a domain within the stable range. The maximum also looks closely at [-64, 0], which a wide
    /// domain's grid would step over.
    /// </summary>
    /// <exception cref="ArgumentException">The domain leaves the stable range.</exception>
    public ApproximationReport ErrorAgainstExp(Interval domain)
    {
        ArgumentNullException.ThrowIfNull(domain);
        if (!Domain.Contains(domain))
            throw new ArgumentException($"{domain} leaves the stable range {Domain} of the kernel with k = {Exponent}.");
        var report = ApproximationReport.Measure(Math.Exp, Evaluate, domain);
        if (domain.Low >= Steep.Low || domain.High <= Steep.Low)
            return report;
        var steep = ApproximationReport.Measure(Math.Exp, Evaluate, new Interval(Steep.Low, domain.High));
        return steep.MaxError > report.MaxError ? report with { MaxError = steep.MaxError, WorstAt = steep.WorstAt } : report;
    }

    /// <inheritdoc/>
    public T Evaluate<T>(T x, IPolynomialArithmetic<T> arithmetic)
    {
        ArgumentNullException.ThrowIfNull(arithmetic);
        if (arithmetic.LevelOf(x) < Depth)
            throw new ArgumentException($"The argument has {arithmetic.LevelOf(x)} levels, {this} takes {Depth}.");
        var start = arithmetic.LinearCombination([x], [Math.ScaleB(1, -Exponent)], 1);
        return Squarings(start, Exponent, arithmetic.Multiply, arithmetic.Release, derivative: false).Power;
    }

    /// <summary>
    /// b^(2^k) by k squarings, and on request the kernel's derivative b^(2^k - 1), the product of the chain's intermediates: k + (k - 1)
    /// products in all. Of n levels the power leaves n - k and the derivative as many (n of one squaring).
    /// </summary>
    /// <param name="start">b = 1 + x/2^k; taken over.</param>
    /// <param name="exponent">k, at least 1.</param>
    /// <param name="multiply">The product of two values, as a new one.</param>
    /// <param name="release">Told of each value that is no longer needed.</param>
    /// <param name="derivative">Whether the derivative is wanted; it is the default value otherwise.</param>
    public static (T Power, T? Derivative) Squarings<T>(T start, int exponent, Func<T, T, T> multiply, Action<T> release, bool derivative)
    {
        var power = multiply(start, start);
        var slope = start;
        for (var j = 1; j < exponent; j++)
        {
            if (derivative)
                slope = Replaced(slope, multiply(slope, power));
            power = Replaced(power, multiply(power, power));
        }

        if (derivative)
            return (power, slope);
        release(start);
        return (power, default);

        T Replaced(T old, T value)
        {
            release(old);
            return value;
        }
    }

    public override string ToString() => $"(1 + x/2^{Exponent})^(2^{Exponent}), stable on {Domain}, depth {Depth}";

    private double Base(double x) => 1 + Math.ScaleB(x, -Exponent);
}
