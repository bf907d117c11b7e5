namespace Crammed.Approximation;

/// <summary>
/// The sign function by a composite of odd minimax polynomials (Lee, Lee, No, Kim, "Minimax Approximation of Sign Function by Composite
/// Polynomial for Homomorphic Comparison", IEEE TDSC 2022). Each stage is the best odd polynomial of its degree on
/// [-b, -a] u [a, b], and maps that onto the next stage's set, [-1 - tau, -1 + tau] u [1 - tau, 1 + tau]. An odd polynomial is x q(x^2),
/// and |1 - x q(x^2)| = sqrt(t) |1/sqrt(t) - q(t)| with t = x^2: Remez on the one interval [a^2, b^2] with the weight sqrt(t) finds q.
/// </summary>
public static class MinimaxSign
{
    private const int ErrorPoints = 10_000;

    /// <summary>
    /// A composite on [-bound, bound] whose error is at most <c>Error</c> where |x| is at least gap * bound; between, it rises from -1 to
    /// 1.
    /// </summary>
    /// <param name="degrees">Degrees of the stages, odd and at least 3.</param>
    /// <param name="gap">a of the first stage on the unit interval, in (0, 1).</param>
    /// <param name="bound">Half the width of the domain; the scaling costs a level unless it is 1.</param>
    /// <exception cref="ArgumentException">A degree even or below 3, a gap outside (0, 1), or a bound that is not positive.</exception>
    public static (CompositePolynomial Sign, double Error) Create(IReadOnlyList<int> degrees, double gap, double bound = 1)
    {
        RequireDegrees(degrees);
        if (!(gap > 0 && gap < 1))
            throw new ArgumentOutOfRangeException(nameof(gap), gap, "The gap around zero is between 0 and 1.");
        var stages = new List<ChebyshevPolynomial>();
        double low = gap, high = 1, error = 0;
        foreach (var degree in degrees)
        {
            var coefficients = OddMinimax(degree, low, high, out error);
            // The next stage's map onto [-1, 1] is folded into these coefficients: it would cost a level.
            var scale = stages.Count == degrees.Count - 1 ? 1 : 1 / (1 + error);
            stages.Add(new ChebyshevPolynomial(
                stages.Count == 0 ? new Interval(-bound, bound) : Interval.Unit, coefficients.Select(c => c * scale)));
            (low, high) = (1 - error, 1 + error);
        }

        return (new CompositePolynomial(stages), error);
    }

    /// <summary>Chebyshev coefficients, in x / high, of the odd polynomial closest to 1 on [low, high], and its error there.</summary>
    private static double[] OddMinimax(int degree, double low, double high, out double error)
    {
        var quotient = RemezFit.Minimax(
            t => 1 / Math.Sqrt(t), new Interval(low * low, high * high), (degree - 1) / 2, weight: Math.Sqrt);
        double Odd(double x) => x * quotient.Evaluate(x * x);
        // Geometric spacing: the extrema crowd towards the lower end.
        var ratio = Math.Log(high / low);
        error = Enumerable.Range(0, ErrorPoints).Max(i => Math.Abs(1 - Odd(low * Math.Exp(ratio * i / (ErrorPoints - 1)))));
        var fitted = ChebyshevFit.Interpolate(t => Odd(high * t), Interval.Unit, degree).Coefficients;
        return [.. fitted.Select((c, i) => i % 2 == 0 ? 0 : c)];
    }

    private static void RequireDegrees(IReadOnlyList<int> degrees)
    {
        ArgumentNullException.ThrowIfNull(degrees);
        if (degrees.Count == 0 || degrees.Any(degree => degree < 3 || degree % 2 == 0))
            throw new ArgumentException($"The stages of a sign need odd degrees from 3, not {string.Join("/", degrees)}.", nameof(degrees));
    }
}
