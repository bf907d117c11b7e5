namespace Crammed.Approximation;

/// <summary>
/// ReLU as x h(x), h = (1 + sign(x / K)) / 2 a composite minimax polynomial on [-K, K] (Lee et al., "Precise approximation of convolutional
/// neural networks for homomorphically encrypted data", IEEE Access 2023; Rho et al. 2025, table 13: degrees 15/15/27, K = 50). A backward
/// pass takes h for the derivative.
/// </summary>
public sealed class RectifiedLinear : IApproximation
{
    private const int SmallestGapExponent = -30;
    private const int BisectionSteps = 20;
    private const int GapPoints = 1000;

    private static readonly int[] PaperDegrees = [15, 15, 27];
    private static readonly Lazy<double> PaperGap = new(() => BestGap(PaperDegrees));

    /// <param name="bound">K: largest |x|.</param>
    /// <param name="degrees">Degrees of the sign's stages; null: 15, 15, 27.</param>
    /// <exception cref="ArgumentException">A bound that is not positive and finite, or degrees that make no sign.</exception>
    public RectifiedLinear(double bound, IReadOnlyList<int>? degrees = null)
    {
        Domain = new Interval(-bound, bound);
        var sign = MinimaxSign.Create(degrees ?? PaperDegrees, degrees is null ? PaperGap.Value : BestGap(degrees), bound).Sign;
        var last = sign.Stages[^1];
        var half = last.Coefficients.Select((c, i) => (i == 0 ? 0.5 : 0) + c / 2);
        Step = new CompositePolynomial([.. sign.Stages.SkipLast(1), new ChebyshevPolynomial(last.Domain, half)]);
    }

    /// <summary>h, from 0 to 1.</summary>
    public CompositePolynomial Step { get; }

    /// <inheritdoc/>
    public Interval Domain { get; }

    /// <summary>That of <see cref="Step"/> and one for the product with x.</summary>
    public int Depth => Step.Depth + 1;

    /// <inheritdoc/>
    public int Multiplications => Step.Multiplications + 1;

    /// <inheritdoc/>
    public double Evaluate(double x) => x * Step.Evaluate(x);

    /// <inheritdoc/>
    public T Evaluate<T>(T x, IPolynomialArithmetic<T> arithmetic)
    {
        ArgumentNullException.ThrowIfNull(arithmetic);
        if (arithmetic.LevelOf(x) < Depth)
            throw new ArgumentException($"The argument has {arithmetic.LevelOf(x)} levels, the {this} takes {Depth}.");
        var step = Step.Evaluate(x, arithmetic);
        var value = arithmetic.Multiply(x, step);
        arithmetic.Release(step);
        return value;
    }

    /// <summary>Errors against max(x, 0) on the domain.</summary>
    public ApproximationReport Report() => ApproximationReport.Measure(x => Math.Max(x, 0), Evaluate, Domain);

    /// <summary>
    /// The sign's gap with the least worst error of x h(x) on [-1, 1]. Outside the gap that is half the sign's error, which falls as the
    /// gap grows; inside, x (1 - sign(x)) / 2, which grows with it. The smallest gap at which the inside is the worse one.
    /// </summary>
    private static double BestGap(IReadOnlyList<int> degrees)
    {
        var exponent = -1;
        while (exponent > SmallestGapExponent && IsWorseInside(exponent))
            exponent--;
        double low = exponent, high = exponent + 1;
        for (var i = 0; i < BisectionSteps; i++)
        {
            var middle = (low + high) / 2;
            if (IsWorseInside(middle))
                high = middle;
            else
                low = middle;
        }

        return Math.Pow(2, high);

        bool IsWorseInside(double log)
        {
            var gap = Math.Pow(2, log);
            var (sign, error) = MinimaxSign.Create(degrees, gap);
            return new Interval(0, gap).Grid(GapPoints).Max(x => x * Math.Abs(1 - sign.Evaluate(x))) > error;
        }
    }

    public override string ToString() =>
        $"ReLU on {Domain}, degrees {string.Join("/", Step.Stages.Select(stage => stage.Degree))}, depth {Depth}";
}
