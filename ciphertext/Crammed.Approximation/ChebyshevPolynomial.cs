using System.Collections.ObjectModel;
using System.Numerics;

namespace Crammed.Approximation;

/// <summary>
/// p(x) = sum of c[i] T_i(t) with t the affine image of x in [-1, 1]. Immutable. Coefficients are in the Chebyshev basis, which
/// keeps them and every intermediate of the encrypted evaluation small on the domain.
/// </summary>
public sealed class ChebyshevPolynomial : IApproximation
{
    private readonly double[] coefficients;
    private readonly Lazy<PatersonStockmeyerPlan> plan;

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
        this.coefficients = given[..(Math.Max(degree, 0) + 1)];
        Coefficients = Array.AsReadOnly(this.coefficients);
        Domain = domain;
        MaxError = maxError;
        Parity = ParityOf(this.coefficients);
        plan = new Lazy<PatersonStockmeyerPlan>(() => PatersonStockmeyerPlan.Create(this.coefficients));
    }

    public Interval Domain { get; }

    /// <summary>c[0] to c[Degree]; c[Degree] is not zero unless the polynomial is the zero constant.</summary>
    public ReadOnlyCollection<double> Coefficients { get; }

    public int Degree => coefficients.Length - 1;

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
    public int Multiplications => Degree == 0 ? 0 : Plan.Multiplications;

    /// <summary>How it is evaluated in the least depth.</summary>
    /// <exception cref="InvalidOperationException">The polynomial is a constant.</exception>
    public PatersonStockmeyerPlan Plan => Degree > 0
        ? plan.Value
        : throw new InvalidOperationException("A constant polynomial has no evaluation plan; use its value.");

    /// <summary>ceil(log2(degree + 1)).</summary>
    public static int DepthOfDegree(int degree)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(degree);
        return 32 - BitOperations.LeadingZeroCount((uint)degree);
    }

    /// <inheritdoc/>
    public double Evaluate(double x)
    {
        // Clenshaw: b[k] = c[k] + 2 t b[k+1] - b[k+2], p = c[0] + t b[1] - b[2].
        var t = Domain.ToUnit(x);
        double next = 0, afterNext = 0;
        for (var k = coefficients.Length - 1; k >= 1; k--)
            (next, afterNext) = (coefficients[k] + 2 * t * next - afterNext, next);
        return coefficients[0] + t * next - afterNext;
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
            derivative[k - 1] = (k + 1 <= Degree ? derivative[k + 1] : 0) + 2 * k * coefficients[k];
        derivative[0] /= 2;
        return new ChebyshevPolynomial(Domain, derivative.Take(Degree).Select(d => d / Domain.HalfWidth));
    }

    /// <summary>The same polynomial without the coefficients of absolute value at most <paramref name="tolerance"/>.</summary>
    public ChebyshevPolynomial Trim(double tolerance)
    {
        if (!(tolerance >= 0))
            throw new ArgumentOutOfRangeException(nameof(tolerance), tolerance, "A tolerance is at least 0.");
        return new ChebyshevPolynomial(Domain, coefficients.Select(c => Math.Abs(c) <= tolerance ? 0 : c));
    }

    /// <summary>The same polynomial carrying a measured error.</summary>
    public ChebyshevPolynomial WithMaxError(double maxError) => new(Domain, coefficients, maxError);

    public override string ToString()
    {
        var parity = Parity == PolynomialParity.None ? "" : $" ({Parity.ToString().ToLowerInvariant()})";
        var depth = AffineDepth == 0 ? $"{PolynomialDepth}" : $"{PolynomialDepth} + {AffineDepth}";
        var error = MaxError is { } e ? $", max error {e:G3}" : "";
        return $"polynomial on {Domain}, degree {Degree}{parity}, depth {depth}{error}";
    }

    private static PolynomialParity ParityOf(double[] coefficients)
    {
        var even = coefficients.Where((c, i) => i % 2 == 0).Any(c => c != 0);
        var odd = coefficients.Where((c, i) => i % 2 == 1).Any(c => c != 0);
        if (even && odd)
            return PolynomialParity.None;
        return odd ? PolynomialParity.Odd : PolynomialParity.Even;
    }
}
