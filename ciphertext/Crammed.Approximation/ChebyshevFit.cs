namespace Crammed.Approximation;

/// <summary>
/// Polynomials through a function's values at the Chebyshev nodes of the first kind: within a small factor, 2/pi log(degree + 1) + 1,
/// of the best possible error for any continuous function (Trefethen, Approximation Theory and Approximation Practice, theorem 15.2).
/// </summary>
public static class ChebyshevFit
{
    /// <summary>The polynomial of the given degree (or less, where the function has parity) through f at the Chebyshev nodes.</summary>
    /// <exception cref="ArgumentException">f is not finite at a node; the message names the point.</exception>
    public static ChebyshevPolynomial Interpolate(Func<double, double> f, Interval domain, int degree)
    {
        ArgumentNullException.ThrowIfNull(f);
        ArgumentNullException.ThrowIfNull(domain);
        ArgumentOutOfRangeException.ThrowIfNegative(degree);
        var nodes = degree + 1;
        var values = new double[nodes];
        for (var j = 0; j < nodes; j++)
            values[j] = ValueAt(f, domain.FromUnit(Math.Cos(Math.PI * (j + 0.5) / nodes)));

        // Discrete orthogonality: c[k] = 2/n sum of f(x_j) cos(k (2j + 1) pi / 2n), c[0] halved.
        var coefficients = new double[nodes];
        for (var k = 0; k < nodes; k++)
        {
            var sum = 0.0;
            for (var j = 0; j < nodes; j++)
                sum += values[j] * Math.Cos(Math.PI * (k * (2L * j + 1) % (4L * nodes)) / (2.0 * nodes));
            coefficients[k] = sum * (k == 0 ? 1 : 2) / nodes;
        }

        return new ChebyshevPolynomial(domain, SnapParity(coefficients, domain, values.Max(Math.Abs)));
    }

    internal static double ValueAt(Func<double, double> f, double x)
    {
        var value = f(x);
        return double.IsFinite(value) ? value : throw new ArgumentException($"The function is {value} at {x}; it must be finite.");
    }

    /// <summary>
    /// On a symmetric domain, coefficients of one parity that are all rounding errors become exact zeros. Each coefficient is a mean of
    /// n values of size at most <paramref name="size"/>, rounded at every addition: an error of at most 4 n 2^-53 size (factor 2
    /// of the formula, factor 2 for the cosines' own rounding).
    /// </summary>
    internal static double[] SnapParity(double[] coefficients, Interval domain, double size)
    {
        if (!domain.IsSymmetric)
            return coefficients;
        var tolerance = 4 * coefficients.Length * Math.ScaleB(size, -53);
        for (var parity = 0; parity < 2; parity++)
        {
            var same = parity;
            if (coefficients.Where((c, i) => i % 2 == same).All(c => Math.Abs(c) <= tolerance))
                return coefficients.Select((c, i) => i % 2 == same ? 0 : c).ToArray();
        }

        return coefficients;
    }
}
