using System.Globalization;
using Crammed.Approximation;

namespace Crammed.Ckks;

/// <summary>
/// The reduction modulo q_0 of a bootstrap: from x = I + m / ratio with an integer |I| &lt;= K and |m| &lt;= 1 to m. It is sin(2πx) ratio / 2π, as
/// a cosine of an eighth of the angle and three doublings of it (Cheon, Han, Kim, Kim, Song 2018; Han, Ki 2020), and then a
/// polynomial of the arcsine, since sin(2πm/ratio) is not quite 2πm/ratio (Lee, Lee, Lee, Kim, No 2021 compose in this way).
/// </summary>
/// <remarks>
/// The lift of a residue modulo q_0 under a secret of Hamming weight h has |I| &lt;= (h + 1)/2: c_0 + c_1 s is a sum of h + 1 residues of at most
/// q_0/2 in size. So nothing ever lies outside the range of the fit: the probability of failure is zero.
/// </remarks>
public sealed class EvalModPlan
{
    private const int DoubleAngleCount = 3;

    /// <summary>Of the correction, by degree.</summary>
    private readonly double[] _arcsine;

    /// <param name="parameters">a set with bootstrapping</param>
    /// <param name="factor">what m is multiplied by in the result, in the correction's coefficients: it costs nothing</param>
    /// <exception cref="ArgumentException">the set cannot bootstrap, or gives EvalMod fewer levels than it takes; or the factor is not a
    /// positive number</exception>
    public EvalModPlan(CkksParameters parameters, double factor = 1)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        if (!(factor > 0) || double.IsInfinity(factor))
            throw new ArgumentOutOfRangeException(nameof(factor), factor, "EvalMod multiplies by a positive number");
        var shape = parameters.Literal.Bootstrapping
            ?? throw new ArgumentException($"{parameters.Name} has no levels for bootstrapping", nameof(parameters));
        Parameters = parameters;
        Factor = factor;
        Ratio = Math.ScaleB(1, shape.Log2MessageRatio);
        LargestInteger = (shape.EphemeralWeight + 1) / 2;
        var cosineLevels = shape.EvalModLevels - DoubleAngleCount;
        if (cosineLevels is < 3 or > 7)
        {
            throw new ArgumentException(
                $"{parameters.Name}: EvalMod has {shape.EvalModLevels} levels, it takes 6 to 10", nameof(parameters));
        }
        if (shape.CorrectionLevels == 0)
        {
            throw new ArgumentException(
                $"{parameters.Name}: CorrectionLevels is 0, the arcsine takes 1 at least: it also brings back the size of the message",
                nameof(parameters));
        }
        Cosine = new DiscreteCosineFit(LargestInteger, 1 / Ratio, (1 << cosineLevels) - 1, DoubleAngleCount);
        CosinePlan = PolynomialPlan.Create(Cosine.Coefficients);
        _arcsine = ArcsineCoefficients(shape.CorrectionLevels);
        CorrectionPlan = PolynomialPlan.Create(_arcsine, PolynomialBasis.Monomial);
    }

    private EvalModPlan(EvalModPlan plan, double factor)
    {
        Parameters = plan.Parameters;
        Factor = factor;
        Ratio = plan.Ratio;
        LargestInteger = plan.LargestInteger;
        Cosine = plan.Cosine;
        CosinePlan = plan.CosinePlan;
        _arcsine = [.. plan._arcsine.Select(coefficient => coefficient * (factor / plan.Factor))];
        CorrectionPlan = PolynomialPlan.Create(_arcsine, PolynomialBasis.Monomial);
    }

    public CkksParameters Parameters { get; }

    /// <summary>q_0 over the scale at which messages are raised: |m| &lt;= 1 lies within 1 / Ratio of an integer.</summary>
    public double Ratio { get; }

    /// <summary>What m is multiplied by in the result.</summary>
    public double Factor { get; }

    /// <summary>K.</summary>
    public int LargestInteger { get; }

    /// <summary>What x is divided by before <see cref="Evaluator.EvalMod"/>: CoeffsToSlots does that.</summary>
    public double Bound => Cosine.Bound;

    /// <summary>Level that the argument stands at.</summary>
    public int InputLevel => Parameters.WorkingLevel + CosinePlan.Depth + DoubleAngleCount;

    /// <summary>Level of the result.</summary>
    public int OutputLevel => Parameters.WorkingLevel - CorrectionPlan.Depth;

    /// <summary>
    /// The largest error of the plan itself, in the result, for |m| &lt;= 1: that of the cosine, which each doubling of the angle at most quadruples, times
    /// the derivative of the correction; and the rest of the arcsine's series, whose first term left out bounds it twice over.
    /// </summary>
    public double Error
    {
        get
        {
            double sine = Math.Sin(2 * Math.PI / Ratio), slope = Ratio / (2 * Math.PI) / Math.Cos(2 * Math.PI / Ratio);
            var arcsine = Math.Abs(Math.Asin(sine) * Factor * Ratio / (2 * Math.PI) - Correction(sine));
            return Cosine.Error * Math.Pow(4, DoubleAngleCount) * Factor * slope + arcsine;
        }
    }

    internal DiscreteCosineFit Cosine { get; }

    internal PolynomialPlan CosinePlan { get; }

    internal PolynomialPlan CorrectionPlan { get; }

    internal int DoubleAngles => DoubleAngleCount;

    /// <summary>
    /// The scales before the first and after each double angle: a square divided by a prime of EvalMod gives the next from each. The last one
    /// is above the canonical one by what the correction multiplies the sine by, ratio / 2π or a little more: else the rounding of that
    /// rescale, multiplied too, would outweigh all other errors.
    /// </summary>
    internal IReadOnlyList<double> DoubleAngleScales
    {
        get
        {
            var scales = new double[DoubleAngleCount + 1];
            scales[^1] = Parameters.ScaleAt(Parameters.WorkingLevel) * Ratio / 4;
            for (var i = DoubleAngleCount - 1; i >= 0; i--)
                scales[i] = Math.Sqrt(scales[i + 1] * Parameters.Moduli[Parameters.WorkingLevel + DoubleAngleCount - i]);
            return scales;
        }
    }

    /// <summary>The same with another factor: the cosine, the larger part of the work, is fitted once.</summary>
    internal EvalModPlan WithFactor(double factor) => factor == Factor ? this : new EvalModPlan(this, factor);

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"EvalMod: |I| <= {LargestInteger}, ratio 2^{Math.Log2(Ratio)}, cosine of degree {CosinePlan.Degree} with error 2^{Math.Log2(Cosine.Error):F1}, "
        + $"{DoubleAngleCount} double angles, arcsine of degree {CorrectionPlan.Degree}; level {InputLevel} to {OutputLevel}, error 2^{Math.Log2(Error):F1}");

    private double Correction(double z)
    {
        double value = 0;
        for (var degree = _arcsine.Length - 1; degree >= 0; degree--)
            value = value * z + _arcsine[degree];
        return value;
    }

    /// <summary>Factor * ratio / 2π times the series of the arcsine up to degree 1, 3 or 5.</summary>
    private double[] ArcsineCoefficients(int levels)
    {
        var slope = Factor * Ratio / (2 * Math.PI);
        double[] series = [0, slope, 0, slope / 6, 0, 3 * slope / 40];
        return levels switch
        {
            2 => series[..4],
            3 => series,
            _ => series[..2],
        };
    }
}
