using Crammed.Approximation;

namespace Crammed.Model;

/// <summary>
/// The polynomials of a model's non-polynomial functions, chosen on its calibrated ranges widened by their margin. The encrypted circuit
/// and the plaintext twin that scores as it would both take them from here.
/// </summary>
public sealed class CalibratedFunctions
{
    /// <summary>Error that is small beside what training notices; fits stop at the smallest degree that reaches it.</summary>
    private const double WantedError = 1e-6;

    /// <summary>
    /// Error of (1 + x/2^k)^(2^k) against exp, which a level halves (k = 9 has 5.3e-4, always at x = -2). The published circuit's k = 14 is
    /// forced by its masked scores, not by the error.
    /// </summary>
    private const double WantedKernelError = 1e-3;

    /// <summary>
    /// Second moments are squares of gradients, which other data changes more than activations: factor beyond the margin. It costs a
    /// level or so of a single ciphertext.
    /// </summary>
    private const double MomentHeadroom = 8;

    /// <summary>Of <see cref="GaussianKernel.PaperFaithful"/>.</summary>
    private static readonly PowerKernel PaperKernel = new(14);

    private readonly Calibration _calibration;
    private readonly int _maxDepth;
    private readonly GaussianKernel _gaussian;

    /// <param name="calibration">Ranges observed on public text, all positions computed.</param>
    /// <param name="maxDepth">Levels that one evaluation may take, 2 to 31: those of a refreshed ciphertext.</param>
    /// <param name="gaussian">Squarings of a Gaussian kernel.</param>
    public CalibratedFunctions(Calibration calibration, int maxDepth, GaussianKernel gaussian = GaussianKernel.Calibrated)
    {
        ArgumentNullException.ThrowIfNull(calibration);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxDepth, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxDepth, 31);
        _calibration = calibration;
        _maxDepth = maxDepth;
        _gaussian = gaussian;
    }

    /// <summary>sqrt(d / (u + d epsilon)) for u = d * variance; its derivative is -y^3 / (2d).</summary>
    /// <exception cref="InvalidDataException">No such range was calibrated.</exception>
    public FittedFunction InverseDeviation(string varianceName, int features, double epsilon)
    {
        var range = Range(varianceName);
        return Fit(
            varianceName,
            u => Math.Sqrt(features / (u + features * epsilon)),
            [new AffineFactor(0, -0.5 / features), new AffineFactor(0, 1), new AffineFactor(0, 1)],
            new Interval(features * range.Low, features * range.High));
    }

    /// <summary>tanh of the head's input.</summary>
    /// <exception cref="InvalidDataException">No such range was calibrated.</exception>
    public FittedFunction Tanh() =>
        Fit(ActivationNames.TanhInput, Math.Tanh, NonPolynomial.Tanh.DerivativeFactors, Symmetric(ActivationNames.TanhInput));

    /// <summary>1 / (1 + exp(-z)) of the difference of two classes' logits.</summary>
    /// <exception cref="InvalidDataException">No such range was calibrated.</exception>
    public FittedFunction Sigmoid() => Fit(
        ActivationNames.LogitDifference, z => 1 / (1 + Math.Exp(-z)), NonPolynomial.Sigmoid.DerivativeFactors,
        Symmetric(ActivationNames.LogitDifference));

    /// <summary>What the second moment v of the gradients is expected to be at most.</summary>
    /// <param name="slope">Of the task's loss, at most; of the loss that was calibrated with it is 1.</param>
    /// <exception cref="InvalidDataException">No such range was calibrated.</exception>
    public double ExpectedSecondMoment(double slope) => slope * slope * Range(ActivationNames.SecondMoment).High;

    /// <summary>What v + epsilon stays below.</summary>
    /// <param name="epsilon">Of the optimizer.</param>
    /// <param name="slope">As above.</param>
    /// <exception cref="InvalidDataException">No such range was calibrated.</exception>
    public double LargestSecondMoment(double epsilon, double slope) => MomentHeadroom * ExpectedSecondMoment(slope) + epsilon;

    /// <summary>
    /// The kernel of a layer: the trained-in polynomial itself, or the one that stands in for the Gaussian kernel's exponential on the
    /// calibrated range. Values at padding are masked, not scores, so that this range is the real one.
    /// </summary>
    /// <exception cref="InvalidDataException">No such range was calibrated, or it is too wide for any number of squarings.</exception>
    /// <exception cref="ArgumentException">A kernel that no polynomial stands in for.</exception>
    public PowerKernel Kernel(BertConfiguration configuration, int layer)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        if (configuration.Kernel == AttentionKernel.Polynomial)
            return new PowerKernel(configuration.KernelPower);
        if (configuration.Kernel != AttentionKernel.Gaussian)
        {
            throw new ArgumentException(
                $"no polynomial stands in for kernel {configuration.Kernel}; use a model with arch.kernel=gaussian or polynomial");
        }
        var name = ActivationNames.KernelArgument(layer);
        var domain = new Interval(Range(name).Low, 0);
        var kernel = _gaussian == GaussianKernel.Calibrated ? PowerKernel.TryChoose(domain, WantedKernelError)
            : LayerFunctions.CloseToExp(PaperKernel).Contains(domain) ? PaperKernel
            : null;
        return kernel ?? throw new InvalidDataException(
            FormattableString.Invariant($"{CheckpointFiles.Calibration}: '{name}' goes down to {domain.Low}, too far for exp by ")
            + $"{(_gaussian == GaussianKernel.Calibrated ? PowerKernel.MaxExponent : PaperKernel.Exponent)} squarings; "
            + "pretrain with a range penalty.");
    }

    /// <summary>ReLU of a layer's gate on the smallest symmetric interval around its range; null where the gate is bilinear.</summary>
    /// <exception cref="InvalidDataException">No such range was calibrated.</exception>
    public RectifiedLinear? Gate(BertConfiguration configuration, int layer)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return configuration.Gate == FeedForwardGate.Relu ? new RectifiedLinear(Symmetric(ActivationNames.Gate(layer)).High) : null;
    }

    /// <summary>All functions of a forward pass.</summary>
    /// <exception cref="InvalidDataException">A range was not calibrated.</exception>
    /// <exception cref="ArgumentException">A kernel that no polynomial stands in for.</exception>
    public ModelFunctions Of(BertConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        if (configuration.Style != EncoderStyle.Crammed || configuration.Gate == FeedForwardGate.Gelu)
            throw new ArgumentException($"no polynomials stand in for {configuration.Architecture}'s GELU and its norms after residual sums");
        FittedFunction Norm(string name) => InverseDeviation(name, configuration.Hidden, configuration.NormEpsilon);
        return new ModelFunctions(
            [.. Enumerable.Range(0, configuration.Layers).Select(layer => new LayerFunctions(
                Norm(ActivationNames.AttentionNormVariance(layer)),
                Kernel(configuration, layer),
                configuration.Kernel == AttentionKernel.Polynomial,
                Norm(ActivationNames.FeedForwardNormVariance(layer)),
                Gate(configuration, layer)))],
            Norm(ActivationNames.FinalNormVariance),
            Tanh());
    }

    /// <summary>A calibrated range, widened by the margin.</summary>
    /// <exception cref="InvalidDataException">No such range was calibrated, or it is a single point.</exception>
    public Interval Range(string name)
    {
        // What only the head and the optimizer see has one range; what every position computes has one over all positions.
        if (!_calibration.AllTokenRanges.TryGetValue(name, out var range) && !_calibration.Ranges.TryGetValue(name, out range))
            throw new InvalidDataException($"{CheckpointFiles.Calibration}: no range for '{name}'; calibrate the model again.");
        var widened = range.Widened(_calibration.Margin);
        return widened.Minimum < widened.Maximum
            ? new Interval(widened.Minimum, widened.Maximum)
            : throw new InvalidDataException(FormattableString.Invariant(
                $"{CheckpointFiles.Calibration}: '{name}' is the single value {range.Minimum}; calibrate the model again."));
    }

    private Interval Symmetric(string name)
    {
        var range = Range(name);
        var bound = Math.Max(Math.Abs(range.Low), Math.Abs(range.High));
        return new Interval(-bound, bound);
    }

    private FittedFunction Fit(
        string name, Func<double, double> function, IReadOnlyList<AffineFactor> derivative, Interval domain) =>
        FittedFunction.Choose(name, function, derivative, domain, WantedError, _maxDepth);
}
