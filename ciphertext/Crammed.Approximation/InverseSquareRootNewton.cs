namespace Crammed.Approximation;

/// <summary>
/// 1/sqrt(x): an initial polynomial y, then Newton steps y &lt;- y (3 - x y^2) / 2, evaluated as 1.5 y + (y y) (y (-x/2)) with -x/2
/// computed once. y y, y (-x/2) and 1.5 y are side by side, so that a step takes 2 levels and 3 products.
/// A relative error e becomes -(3/2 e^2 + 1/2 e^3): the steps converge from any |e| below 1/2.
/// </summary>
public sealed class InverseSquareRootNewton : IApproximation
{
    public const int DepthPerStep = 2;

    public const int MultiplicationsPerStep = 3;

    /// <exception cref="ArgumentException">The domain is not positive, or the initial polynomial is a constant.</exception>
    public InverseSquareRootNewton(ChebyshevPolynomial initial, int steps)
    {
        ArgumentNullException.ThrowIfNull(initial);
        ArgumentOutOfRangeException.ThrowIfNegative(steps);
        RequirePositive(initial.Domain);
        if (initial.Degree == 0)
            throw new ArgumentException("The initial polynomial must not be a constant.", nameof(initial));
        Initial = initial;
        Steps = steps;
    }

    public ChebyshevPolynomial Initial { get; }

    public int Steps { get; }

    /// <inheritdoc/>
    public Interval Domain => Initial.Domain;

    /// <inheritdoc/>
    public int Depth => Initial.Depth + DepthPerStep * Steps;

    /// <inheritdoc/>
    public int Multiplications => Initial.Multiplications + MultiplicationsPerStep * Steps;

    /// <summary>With the initial polynomial of the given degree that has the least relative error.</summary>
    /// <exception cref="ArgumentException">The domain is not positive.</exception>
    public static InverseSquareRootNewton Create(Interval domain, int degree, int steps)
    {
        ArgumentNullException.ThrowIfNull(domain);
        ArgumentOutOfRangeException.ThrowIfLessThan(degree, 1);
        RequirePositive(domain);
        return new InverseSquareRootNewton(
            RemezFit.Minimax(NonPolynomial.InverseSquareRoot.Evaluate, domain, degree, weight: Math.Sqrt), steps);
    }

    public ApproximationReport Report(ErrorKind kind) =>
        ApproximationReport.Measure(NonPolynomial.InverseSquareRoot.Evaluate, Evaluate, Domain, kind);

    /// <inheritdoc/>
    public double Evaluate(double x)
    {
        var y = Initial.Evaluate(x);
        for (var i = 0; i < Steps; i++)
            y = 1.5 * y + y * y * (y * (-0.5 * x));
        return y;
    }

    /// <inheritdoc/>
    public T Evaluate<T>(T x, IPolynomialArithmetic<T> arithmetic)
    {
        ArgumentNullException.ThrowIfNull(arithmetic);
        if (arithmetic.LevelOf(x) < Depth)
            throw new ArgumentException($"The argument has {arithmetic.LevelOf(x)} levels, the {this} takes {Depth}.");
        var y = Initial.Evaluate(x, arithmetic);
        if (Steps == 0)
            return y;

        var half = arithmetic.MultiplyScalar(x, -0.5);
        for (var i = 0; i < Steps; i++)
        {
            var next = Step(y, half, arithmetic);
            arithmetic.Release(y);
            y = next;
        }

        arithmetic.Release(half);
        return y;
    }

    public override string ToString() =>
        $"inverse square root on {Domain}, degree {Initial.Degree} + {Steps} Newton steps, depth {Depth}, {Multiplications} products";

    private static T Step<T>(T y, T half, IPolynomialArithmetic<T> arithmetic)
    {
        var square = arithmetic.Multiply(y, y);
        var product = arithmetic.Multiply(y, half);
        var cube = arithmetic.Multiply(square, product);
        arithmetic.Release(square);
        arithmetic.Release(product);
        var scaled = arithmetic.MultiplyScalar(y, 1.5);
        var next = arithmetic.Add(scaled, cube);
        arithmetic.Release(scaled);
        arithmetic.Release(cube);
        return next;
    }

    private static void RequirePositive(Interval domain)
    {
        if (domain.Low <= 0)
            throw new ArgumentException($"An inverse square root needs a positive domain, not {domain}.");
    }
}
