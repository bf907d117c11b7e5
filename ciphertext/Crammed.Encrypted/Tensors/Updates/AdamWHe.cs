using Crammed.Approximation;

namespace Crammed.Encrypted.Tensors;

/// <summary>
/// AdamW-HE (Rho et al. 2025, algorithm 1): epsilon inside the root, decoupled weight decay (Loshchilov and Hutter 2019).
/// With gradient g at step t: m = the bias-corrected mean of g, v = that of g^2, theta &lt;- theta - rate (decay theta + m / sqrt(v +
/// epsilon)).
/// </summary>
/// <remarks>
/// <para>
/// States are kept in units of a calibrated bound M of gradients: m / M, at most 1, and v / M^2 times a power of two, the lift, which keeps
/// the small share (1 - beta2) g^2 that a step adds well above the rounding of a level. Both are kept with their bias corrected, m_t = k
/// m_(t-1) + (1 - k) g with k = beta (1 - beta^(t-1)) / (1 - beta^t): the same sequence, without a division at the end, which would magnify
/// noise.
/// </para>
/// <para>
/// The root is taken of w = v / M^2 + epsilon / M^2 on <see cref="RootDomain"/>, which is 1 wide and begins an eighth or less of epsilon /
/// M^2 below the least w, since noise may take v below 0. Its polynomial is scaled to at most 1, and is of the least depth, then the fewest
/// products, whose relative error with its Newton steps is at most 2^-10 on the whole domain.
/// </para>
/// </remarks>
public sealed class AdamWHe : IOptimizer
{
    /// <summary>-log2 of the largest relative error of the root.</summary>
    private const double RootBits = 10;

    /// <param name="beta1">of the first moment, at least 0 and below 1</param>
    /// <param name="beta2">of the second moment, likewise</param>
    /// <param name="epsilon">inside the root, for gradients without loss scale; above 0</param>
    /// <param name="weightDecay">at least 0</param>
    /// <param name="gradientBound">M: v + epsilon stays below M^2; above 0</param>
    /// <exception cref="ArgumentOutOfRangeException">a number is outside its range</exception>
    /// <exception cref="ArgumentException">epsilon is so small beside M^2 that no polynomial of degree 127 will do</exception>
    public AdamWHe(double beta1, double beta2, double epsilon, double weightDecay, double gradientBound)
    {
        (Beta1, Beta2) = (Share(nameof(beta1), beta1), Share(nameof(beta2), beta2));
        Epsilon = Positive(nameof(epsilon), epsilon);
        GradientBound = Positive(nameof(gradientBound), gradientBound);
        WeightDecay = double.IsFinite(weightDecay) && weightDecay >= 0 ? weightDecay
            : throw new ArgumentOutOfRangeException(nameof(weightDecay), weightDecay, "a weight decay is at least 0");
        Offset = epsilon / (gradientBound * gradientBound);
        Lift = PowerOfTwoBelow(1 / (1 - beta2));
        var margin = PowerOfTwoBelow(Offset / 8);
        RootDomain = new Interval(Offset - margin, Offset - margin + 1);
        Root = Choose(RootDomain);
        var low = 2 * (RootDomain.Low - Offset);
        ScaledPolynomial = new ChebyshevPolynomial(
            new Interval(low, low + 2), Root.Initial.Coefficients.Select(coefficient => coefficient * RootScale));
    }

    public double Beta1 { get; }

    public double Beta2 { get; }

    public double Epsilon { get; }

    public double WeightDecay { get; }

    /// <summary>M.</summary>
    public double GradientBound { get; }

    /// <summary>Epsilon / M^2.</summary>
    public double Offset { get; }

    /// <summary>What v / M^2 is kept times: the power of two next below 1 / (1 - beta2).</summary>
    public double Lift { get; }

    /// <summary>Where w = v / M^2 + epsilon / M^2 must lie.</summary>
    public Interval RootDomain { get; }

    /// <summary>1 / sqrt(w), as scaled as <see cref="RootScale"/> says.</summary>
    public InverseSquareRootNewton Root { get; }

    /// <summary>
    /// Root of the domain's lower end: what the polynomial's values are multiplied by, so that they stay at most about 1.
    /// </summary>
    public double RootScale => Math.Sqrt(RootDomain.Low);

    /// <summary>Levels from gradient and states down to new parameters.</summary>
    public int Depth => 2 + Root.Initial.PolynomialDepth + StepDepth(Root.Steps);

    public IReadOnlyList<string> States => ["first_moment", "second_moment"];

    public (Tensor Parameters, IReadOnlyList<Tensor> States) Update(Tensor parameters, Tensor gradient, IReadOnlyList<Tensor> states)
    {
        var updated = parameters.AdamWHe(gradient, states[0], states[1], this);
        return (updated.Parameters, [updated.First, updated.Second]);
    }

    public IReadOnlyDictionary<string, double> Scalars(int step, double learningRate, double lossScale)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(step, 1);
        Positive(nameof(lossScale), lossScale);
        return new Dictionary<string, double>
        {
            [ScalarNames.FirstMomentKept] = Kept(Beta1, step),
            [ScalarNames.FirstMomentTaken] = (1 - Kept(Beta1, step)) / lossScale,
            [ScalarNames.SecondMomentKept] = Kept(Beta2, step),
            [ScalarNames.SecondMomentTakenRoot] = Math.Sqrt(1 - Kept(Beta2, step)) / lossScale,
            [ScalarNames.LearningRate] = learningRate,
            [ScalarNames.DecayRate] = learningRate * WeightDecay,
        };
    }

    public override string ToString() => FormattableString.Invariant(
        $"AdamW-HE, root on {RootDomain} of degree {Root.Initial.Degree} and {Root.Steps} Newton steps, depth {Depth}");

    /// <summary>The polynomial of t = 2 v / M^2, on a domain that is 2 wide, so that its map onto [-1, 1] only shifts.</summary>
    internal ChebyshevPolynomial ScaledPolynomial { get; }

    /// <summary>Weight of the old moment in the bias-corrected mean after a step.</summary>
    private static double Kept(double beta, int step) => beta * (1 - Math.Pow(beta, step - 1)) / (1 - Math.Pow(beta, step));

    private static InverseSquareRootNewton Choose(Interval domain) => InverseRootChoice.Of(domain, RootBits, StepDepth)
        ?? throw new ArgumentException(FormattableString.Invariant(
            $"no inverse root of degree 127 is within 2^-{RootBits} on {domain}: raise epsilon or lower the bound of gradients"));

    /// <summary>Levels of Newton's steps and the product with the first moment, which the last step takes in.</summary>
    private static int StepDepth(int steps) => Math.Max(1, InverseSquareRootNewton.DepthPerStep * steps);

    private static double PowerOfTwoBelow(double value) => Math.ScaleB(1, Math.ILogB(value));

    private static double Share(string name, double value) =>
        value is >= 0 and < 1 ? value : throw new ArgumentOutOfRangeException(name, value, "a share is at least 0 and below 1");

    private static double Positive(string name, double value) => double.IsFinite(value) && value > 0 ? value
        : throw new ArgumentOutOfRangeException(name, value, "must be above 0");
}
