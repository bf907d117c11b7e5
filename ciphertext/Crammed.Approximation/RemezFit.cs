namespace Crammed.Approximation;

/// <summary>
/// Minimax polynomials by Remez' second algorithm: all extrema of the error are exchanged at once, the levelled error comes in closed
/// form from barycentric weights (Pachon and Trefethen 2009, "Barycentric-Remez algorithms for best polynomial approximation").
/// In double precision: an error below about degree * 2^-50 of the function's size cannot be levelled, and is accepted as it is.
/// </summary>
public static class RemezFit
{
    private const int MaxExchanges = 100;

    /// <summary>How far the largest error may stay above the levelled one: a ten-thousandth of a bit.</summary>
    private const double Tolerance = 1e-5;

    /// <summary>
    /// The polynomial of at most the given degree that minimises the maximum over the domain of weight(x) |f(x) - p(x)|. It carries
    /// its largest absolute (unweighted) error, measured on a report's grid.
    /// </summary>
    /// <param name="f">A continuous function, finite on the domain.</param>
    /// <param name="domain">Where to approximate.</param>
    /// <param name="degree">At least 0; tested to 127.</param>
    /// <param name="weight">Continuous and positive on the domain; constant 1 if absent. 1 / |f| minimises the relative error.</param>
    /// <exception cref="ArgumentException">f or the weight is not finite, or the weight not positive; it names the point.</exception>
    /// <exception cref="InvalidOperationException">The exchange does not converge: f is too rough for the degree.</exception>
    public static ChebyshevPolynomial Minimax(
        Func<double, double> f, Interval domain, int degree, Func<double, double>? weight = null)
    {
        ArgumentNullException.ThrowIfNull(f);
        ArgumentNullException.ThrowIfNull(domain);
        ArgumentOutOfRangeException.ThrowIfNegative(degree);
        double Function(double t) => ChebyshevFit.ValueAt(f, domain.FromUnit(t));
        double Weight(double t) => weight is null ? 1 : PositiveAt(weight, domain.FromUnit(t));

        // With parity, the best polynomials of degrees n and n + 1 coincide where n has the function's parity. The error of the
        // second alternates on a symmetric reference; that of the first has one extremum more than its reference can hold.
        var parity = domain.IsSymmetric ? ParityOf(Function, Weight) : PolynomialParity.None;
        var raise = parity != PolynomialParity.None && (degree % 2 == 0) == (parity == PolynomialParity.Even);
        var exchange = new RemezExchange(Function, Weight, raise ? degree + 1 : degree);
        Converge(exchange, domain);

        var fitted = ChebyshevFit.Interpolate(exchange.Evaluate, Interval.Unit, exchange.Degree);
        var kept = fitted.Coefficients.Select(
            (c, i) => i > degree || (parity != PolynomialParity.None && (i % 2 == 0) != (parity == PolynomialParity.Even)) ? 0 : c);
        var polynomial = new ChebyshevPolynomial(domain, kept);
        return polynomial.WithMaxError(ApproximationReport.Measure(f, polynomial.Evaluate, domain).MaxError);
    }

    private static void Converge(RemezExchange exchange, Interval domain)
    {
        for (var i = 0; i < MaxExchanges; i++)
        {
            var largest = exchange.FindExtrema();
            if (largest <= exchange.Rounding || largest - exchange.LevelledError <= Tolerance * largest + exchange.Rounding)
                return;
            if (!exchange.Exchange())
            {
                throw new InvalidOperationException(
                    $"Remez on {domain} at degree {exchange.Degree}: the error no longer alternates (largest {largest:G3}, levelled "
                    + $"{exchange.LevelledError:G3}). The function is too rough for this degree; change the degree or the domain.");
            }
        }

        throw new InvalidOperationException(
            $"Remez on {domain} at degree {exchange.Degree}: not converged after {MaxExchanges} exchanges (levelled error "
            + $"{exchange.LevelledError:G3}). Change the degree or the domain.");
    }

    private static PolynomialParity ParityOf(Func<double, double> f, Func<double, double> weight)
    {
        const int samples = 64;
        var points = Enumerable.Range(1, samples).Select(i => (double)i / samples).ToArray();
        var tolerance = 1e-13 * points.Max(t => Math.Max(Math.Abs(f(t)), Math.Abs(f(-t))));
        if (points.Any(t => Math.Abs(weight(t) - weight(-t)) > 1e-13 * weight(t)))
            return PolynomialParity.None;
        if (points.All(t => Math.Abs(f(t) - f(-t)) <= tolerance))
            return PolynomialParity.Even;
        return points.All(t => Math.Abs(f(t) + f(-t)) <= tolerance) ? PolynomialParity.Odd : PolynomialParity.None;
    }

    private static double PositiveAt(Func<double, double> weight, double x)
    {
        var value = weight(x);
        return value > 0 && double.IsFinite(value)
            ? value
            : throw new ArgumentException($"The weight is {value} at {x}; it must be positive and finite.");
    }
}
