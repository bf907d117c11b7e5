using System.Collections.ObjectModel;
using System.Numerics;

namespace Crammed.Approximation;

/// <summary>Symmetry of a polynomial about the middle of its domain, read from which Chebyshev coefficients are exactly zero.</summary>
public enum PolynomialParity
{
    None,
    Even,
    Odd,
}

/// <summary>
/// p(x) = sum of c[i] T_i(t) with t the affine image of x in [-1, 1]. Immutable. Coefficients are in the Chebyshev basis, which
/// keeps them and every intermediate of the encrypted evaluation small on the domain.
/// </summary>
public sealed class ChebyshevPolynomial : IApproximation
{
    private readonly double[] _coefficients;
    private readonly Lazy<PolynomialPlan> _plan;

    /// <param name="domain">Where the polynomial is meant to be used.</param>
    /// <param name="coefficients">c[0], c[1], ...; trailing exact zeros are dropped.</param>
    /// <param name="maxError">The largest error against the function it approximates, where known: carried for the reader.</param>
    /// <exception cref="ArgumentException">No coefficient, or one that is not finite.</exception>
    public ChebyshevPolynomial(Interval domain, IEnumerable<double> coefficients, double? maxError = null)
    {
        ArgumentNullException.ThrowIfNull(domain);
        ArgumentNullException.ThrowIfNull(coefficients);
        var given = coefficients.ToArray();
        if (given.Length == 0)
            throw new ArgumentException("A polynomial needs at least one coefficient.", nameof(coefficients));
        var bad = Array.FindIndex(given, c => !double.IsFinite(c));
        if (bad >= 0)
            throw new ArgumentException($"Coefficient {bad} is {given[bad]}; coefficients must be finite.", nameof(coefficients));
        if (maxError is { } error && !(error >= 0))
            throw new ArgumentException($"A maximum error is at least 0, not {error}.", nameof(maxError));

        var degree = Array.FindLastIndex(given, c => c != 0);
        _coefficients = given[..(Math.Max(degree, 0) + 1)];
        Coefficients = Array.AsReadOnly(_coefficients);
        Domain = domain;
        MaxError = maxError;
        Parity = ParityOf(_coefficients);
        _plan = new Lazy<PolynomialPlan>(CreatePlan);
    }

    public Interval Domain { get; }

    /// <summary>c[0] to c[Degree]; c[Degree] is not zero unless the polynomial is the zero constant.</summary>
    public ReadOnlyCollection<double> Coefficients { get; }

    public int Degree => _coefficients.Length - 1;

    /// <summary>The largest error against the approximated function, where the one who made the polynomial measured it.</summary>
    public double? MaxError { get; }

    /// <summary>Even or odd about the middle of the domain, by exact zeros; the zero polynomial counts as even.</summary>
    public PolynomialParity Parity { get; }

    /// <summary>Levels from t in [-1, 1] to p: ceil(log2(Degree + 1)), scaling by coefficients included.</summary>
    public int PolynomialDepth => DepthOfDegree(Degree);

    /// <summary>
    /// Levels that the map of the domain onto [-1, 1] costs: 1, or 0 where it only shifts (a domain of width 2) or folds into the
    /// coefficients (degree at most 1).
    /// </summary>
    public int AffineDepth => Degree <= 1 || Domain.HalfWidth == 1 ? 0 : 1;

    /// <inheritdoc/>
    public int Depth => PolynomialDepth + AffineDepth;

    /// <inheritdoc/>
    public int Multiplications => Degree == 0 ? 0 : Plan.ProductCount;

    /// <summary>How it is evaluated in the least depth, from <see cref="ArgumentScale"/> * x + <see cref="ArgumentShift"/>.</summary>
    /// <exception cref="InvalidOperationException">The polynomial is a constant.</exception>
    public PolynomialPlan Plan => Degree > 0
        ? _plan.Value
        : throw new InvalidOperationException($"The polynomial is the constant {_coefficients[0]}; there is nothing to evaluate.");

    /// <summary>What the plan's argument has x multiplied by: 1 where <see cref="AffineDepth"/> is 0.</summary>
    public double ArgumentScale => AffineDepth == 0 ? 1 : 1 / Domain.HalfWidth;

    /// <summary>What is added then; 0 where the whole map folds into the coefficients.</summary>
    public double ArgumentShift => Degree <= 1 ? 0 : -Domain.Midpoint / Domain.HalfWidth;

    /// <summary>ceil(log2(degree + 1)).</summary>
    public static int DepthOfDegree(int degree)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(degree);
        return 32 - BitOperations.LeadingZeroCount((uint)degree);
    }

    /// <inheritdoc/>
    public double Evaluate(double x) => EvaluateOnUnit(Domain.ToUnit(x));

    /// <summary>The value at the argument whose image in [-1, 1] is <paramref name="t"/>.</summary>
    public double EvaluateOnUnit(double t)
    {
        // Clenshaw: b[k] = c[k] + 2 t b[k+1] - b[k+2], p = c[0] + t b[1] - b[2].
        double next = 0, afterNext = 0;
        for (var k = _coefficients.Length - 1; k >= 1; k--)
            (next, afterNext) = (_coefficients[k] + 2 * t * next - afterNext, next);
        return _coefficients[0] + t * next - afterNext;
    }

    /// <inheritdoc/>
    public T Evaluate<T>(T x, IPolynomialArithmetic<T> arithmetic) => PolynomialEvaluator.Evaluate(this, x, arithmetic);

    /// <summary>The exact derivative with respect to x, on the same domain.</summary>
    public ChebyshevPolynomial Derivative()
    {
        if (Degree == 0)
            return new ChebyshevPolynomial(Domain, [0.0]);

        // d[k-1] = d[k+1] + 2 k c[k], d[0] halved: from T_n = (T'_{n+1}/(n+1) - T'_{n-1}/(n-1)) / 2.
        var derivative = new double[Degree + 2];
        for (var k = Degree; k >= 1; k--)
            derivative[k - 1] = (k + 1 <= Degree ? derivative[k + 1] : 0) + 2 * k * _coefficients[k];
        derivative[0] /= 2;
        return new ChebyshevPolynomial(Domain, derivative.Take(Degree).Select(d => d / Domain.HalfWidth));
    }

    /// <summary>The same polynomial carrying a measured error.</summary>
    public ChebyshevPolynomial WithMaxError(double maxError) => new(Domain, _coefficients, maxError);

    public override string ToString()
    {
        var parity = Parity == PolynomialParity.None ? "" : $" ({Parity.ToString().ToLowerInvariant()})";
        var depth = AffineDepth == 0 ? $"{PolynomialDepth}" : $"{PolynomialDepth} + {AffineDepth}";
        var error = MaxError is { } e ? $", max error {e:G3}" : "";
        return $"polynomial on {Domain}, degree {Degree}{parity}, depth {depth}{error}";
    }

    private PolynomialPlan CreatePlan() => PolynomialPlan.Create(Degree > 1
        ? _coefficients
        : [_coefficients[0] - _coefficients[1] * Domain.Midpoint / Domain.HalfWidth, _coefficients[1] / Domain.HalfWidth]);

    private static PolynomialParity ParityOf(double[] coefficients)
    {
        var even = coefficients.Where((c, i) => i % 2 == 0).Any(c => c != 0);
        var odd = coefficients.Where((c, i) => i % 2 == 1).Any(c => c != 0);
        if (even && odd)
            return PolynomialParity.None;
        return odd ? PolynomialParity.Odd : PolynomialParity.Even;
    }
}
