namespace Crammed.Approximation;

/// <summary>Constant + Slope * y, a factor of a derivative written in the function's own output y.</summary>
public readonly record struct AffineFactor(double Constant, double Slope)
{
    public double Evaluate(double y) => Constant + Slope * y;
}

/// <summary>
/// A function, the approximation chosen for it on its domain, and its derivative in terms of its output: what a backward pass multiplies
/// by, so that gradients need no approximation of their own.
/// </summary>
/// <param name="Name">Layer and tensor it is applied to, as in <c>layer0.attention_norm.variance</c>; messages start with it.</param>
/// <param name="Exact">The true function.</param>
/// <param name="Approximation">Its stand-in on ciphertexts.</param>
/// <param name="DerivativeFactors">Factors, in the output, whose product is the derivative.</param>
public sealed record FittedFunction(
    string Name, Func<double, double> Exact, ChebyshevPolynomial Approximation, IReadOnlyList<AffineFactor> DerivativeFactors)
{
    /// <summary>Points at which the error of a candidate degree is measured.</summary>
    private const int ChoicePoints = 10_000;

    /// <summary>The smallest degree that <see cref="Choose"/> tries.</summary>
    private const int SmallestDegree = 7;

    /// <summary>Where the approximation holds.</summary>
    public Interval Domain => Approximation.Domain;

    /// <summary>
    /// The Chebyshev interpolant of the smallest degree 7, 15, 31, ... (the largest at each depth) that meets the wanted error, or else of
    /// the largest that the depth allows, a level for the map onto [-1, 1] included. It carries its measured error.
    /// </summary>
    /// <param name="name">Layer and tensor it is applied to.</param>
    /// <param name="function">Finite on the domain.</param>
    /// <param name="derivativeFactors">Factors, in the output, whose product is the derivative.</param>
    /// <param name="domain">Where it is used.</param>
    /// <param name="wantedError">Largest absolute error that is good enough.</param>
    /// <param name="maxDepth">Levels that one evaluation may take, 2 to 31.</param>
    /// <exception cref="ArgumentException">The function is not finite somewhere on the domain.</exception>
    public static FittedFunction Choose(
        string name, Func<double, double> function, IReadOnlyList<AffineFactor> derivativeFactors, Interval domain, double wantedError,
        int maxDepth)
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentNullException.ThrowIfNull(domain);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxDepth, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxDepth, 31);
        var largest = (1 << (maxDepth - 1)) - 1;
        for (var degree = SmallestDegree; ; degree = 2 * degree + 1)
        {
            var polynomial = ChebyshevFit.Interpolate(function, domain, Math.Min(degree, largest));
            var error = ApproximationReport.Measure(function, polynomial.Evaluate, domain, points: ChoicePoints).MaxError;
            if (error <= wantedError || degree >= largest)
                return new FittedFunction(name, function, polynomial.WithMaxError(error), derivativeFactors);
        }
    }

    /// <summary>Errors of the approximation on its domain.</summary>
    public ApproximationReport Report() => ApproximationReport.Measure(Exact, Approximation.Evaluate, Domain, points: ChoicePoints);
}
