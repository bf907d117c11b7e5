namespace Crammed.Approximation;

/// <summary>Chooses how to spend levels on 1/sqrt(x): on the degree of the initial polynomial or on Newton steps.</summary>
public static class InverseSquareRootPlan
{
    /// <summary>Below this, rounding in double precision hides what is to be chosen.</summary>
    public const double SmallestError = 1e-12;

    /// <summary>
    /// The initial degree (at most <paramref name="maxDegree"/>) and number of steps of least depth whose relative error on the domain
    /// is at most <paramref name="maxRelativeError"/>; among equal depths the fewest products.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// The domain is not positive, or too wide for the degree: the message says how close the best initial polynomial comes.
    /// </exception>
    public static InverseSquareRootNewton Choose(Interval domain, double maxRelativeError, int maxDegree)
    {
        ArgumentNullException.ThrowIfNull(domain);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxDegree, 1);
        if (!(maxRelativeError >= SmallestError && maxRelativeError < 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(maxRelativeError), maxRelativeError, $"A relative error to reach is from {SmallestError} to below 1.");
        }

        var initials = new Dictionary<int, (ChebyshevPolynomial Polynomial, double Error)>();
        InverseSquareRootNewton? best = null;
        var allowed = maxRelativeError;
        for (var steps = 0; best is null || InverseSquareRootNewton.DepthPerStep * steps < best.Depth; steps++)
        {
            if (steps > 0)
            {
                var more = ErrorBeforeStep(allowed);

                // Steps no longer widen what the initial polynomial may miss by: another one buys nothing.
                if (more < allowed * 1.001)
                    break;
                allowed = more;
            }

            if (SmallestDegree(domain, allowed, maxDegree, initials) is not { } initial)
                continue;
            var candidate = new InverseSquareRootNewton(initial, steps);
            if (best is null || (candidate.Depth, candidate.Multiplications).CompareTo((best.Depth, best.Multiplications)) < 0)
                best = candidate;
        }

        return best ?? throw new ArgumentException(
            $"No polynomial of degree up to {maxDegree} comes close enough to 1/sqrt(x) on {domain} for Newton steps: the best has a "
            + $"relative error of {Initial(domain, maxDegree, initials).Error:G3}. Narrow the domain or allow a higher degree.");
    }

    /// <summary>The largest error that one step brings down to <paramref name="error"/>, at most 1/2.</summary>
    private static double ErrorBeforeStep(double error)
    {
        double low = 0, high = 0.5;
        if (InverseSquareRootNewton.ErrorAfterStep(high) <= error)
            return high;
        for (var i = 0; i < 60; i++)
        {
            var middle = (low + high) / 2;
            if (InverseSquareRootNewton.ErrorAfterStep(middle) <= error)
                low = middle;
            else
                high = middle;
        }

        return low;
    }

    /// <summary>The least relative error falls with the degree, so bisection finds the smallest degree that meets one.</summary>
    private static ChebyshevPolynomial? SmallestDegree(
        Interval domain, double error, int maxDegree, Dictionary<int, (ChebyshevPolynomial Polynomial, double Error)> initials)
    {
        if (Initial(domain, maxDegree, initials).Error > error)
            return null;
        int low = 0, high = maxDegree;
        while (high - low > 1)
        {
            var middle = (low + high) / 2;
            if (Initial(domain, middle, initials).Error <= error)
                high = middle;
            else
                low = middle;
        }

        return Initial(domain, high, initials).Polynomial;
    }

    private static (ChebyshevPolynomial Polynomial, double Error) Initial(
        Interval domain, int degree, Dictionary<int, (ChebyshevPolynomial Polynomial, double Error)> initials)
    {
        if (!initials.TryGetValue(degree, out var initial))
        {
            var newton = InverseSquareRootNewton.Create(domain, degree, steps: 0);
            initials[degree] = initial = (newton.Initial, newton.Report(ErrorKind.Relative).MaxError);
        }

        return initial;
    }
}
