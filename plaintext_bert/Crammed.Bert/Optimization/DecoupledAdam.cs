using TorchSharp;

namespace Crammed.Bert;

/// <summary>The optimizers of training.</summary>
public enum OptimizerKind
{
    /// <summary>m / sqrt(v + epsilon): AdamW-HE (Rho et al. 2025, algorithm 1), one inverse root on a domain bounded below.</summary>
    AdamwHe,

    /// <summary>The same with the published polynomial for the inverse root (table 13), as on ciphertexts.</summary>
    AdamwHePolynomial,

    /// <summary>m / (sqrt(v) + epsilon): the usual AdamW (Loshchilov and Hutter 2019).</summary>
    Adamw,
}

/// <summary>
/// AdamW with a choice of where epsilon stands. Step t = 1, 2, ...: theta &lt;- theta - rate * decay * theta; m and v are the moving
/// averages of gradient and squared gradient; with the bias-corrected m^ and v^, theta &lt;- theta - rate * m^ / sqrt(v^ + epsilon), or
/// the usual / (sqrt(v^) + epsilon). The former's inverse root may be the polynomial that ciphertexts take.
/// </summary>
internal sealed class DecoupledAdam : IStepOptimizer
{
    private const string Remedy = "raise epsilon or lower the learning rate";

    private readonly IReadOnlyList<TrainedTensor> _tensors;
    private readonly torch.Tensor[] _first;
    private readonly torch.Tensor[] _second;
    private readonly double _beta1;
    private readonly double _beta2;
    private readonly double _epsilon;
    private readonly double _weightDecay;
    private readonly OptimizerKind _kind;
    private readonly PolynomialRoot? _polynomial;

    /// <param name="tensors">What is trained.</param>
    /// <param name="kind">Where epsilon stands, and whether the inverse root is <see cref="PolynomialRoot"/>'s.</param>
    /// <param name="beta1">Decay rate of the first moment.</param>
    /// <param name="beta2">Decay rate of the second moment.</param>
    /// <param name="epsilon">Where <paramref name="kind"/> says.</param>
    /// <param name="weightDecay">Of the tensors that decay.</param>
    public DecoupledAdam(
        IReadOnlyList<TrainedTensor> tensors, OptimizerKind kind, double beta1, double beta2, double epsilon, double weightDecay)
    {
        _polynomial = kind == OptimizerKind.AdamwHePolynomial ? new PolynomialRoot(epsilon) : null;
        _kind = kind;
        _tensors = tensors;
        _beta1 = beta1;
        _beta2 = beta2;
        _epsilon = epsilon;
        _weightDecay = weightDecay;
        using var noGradient = torch.no_grad();
        _first = [.. tensors.Select(tensor => torch.zeros_like(tensor.Value).DetachFromDisposeScope())];
        _second = [.. tensors.Select(tensor => torch.zeros_like(tensor.Value).DetachFromDisposeScope())];
    }

    /// <summary>Updates done; the corrections of the moments' bias depend on it.</summary>
    public int Steps { get; set; }

    /// <summary>First and second moments by the names of their tensors; what is copied into them is continued from.</summary>
    public IEnumerable<(string Name, torch.Tensor First, torch.Tensor Second)> Moments =>
        _tensors.Select((tensor, i) => (tensor.Name, _first[i], _second[i]));

    public void ZeroGradients()
    {
        foreach (var tensor in _tensors)
            tensor.Value.grad = null;
    }

    /// <summary>One update; tensors without a gradient stay. The observer sees each bias-corrected second moment.</summary>
    /// <exception cref="TrainingDivergedException">A second moment is outside the polynomial's domain; no tensor has changed.</exception>
    public void Step(double rate, IActivationObserver? observer = null)
    {
        using var noGradient = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        Steps++;
        var correction1 = 1 - Math.Pow(_beta1, Steps);
        var correction2 = 1 - Math.Pow(_beta2, Steps);
        for (var i = 0; i < _tensors.Count; i++)
        {
            var gradient = _tensors[i].Value.grad;
            if (gradient is null)
                continue;
            _first[i].lerp_(gradient, 1 - _beta1);
            _second[i].mul_(_beta2).addcmul_(gradient, gradient, 1 - _beta2);
            RequireInside(_tensors[i].Name, _second[i], correction2);
        }

        for (var i = 0; i < _tensors.Count; i++)
        {
            if (_tensors[i].Value.grad is null)
                continue;
            var corrected = _second[i] / correction2;
            observer?.Observe(ActivationNames.SecondMoment, corrected);
            if (_tensors[i].Decays && _weightDecay > 0)
                _tensors[i].Value.mul_(1 - (rate * _weightDecay));
            Move(_tensors[i].Value, _first[i], corrected, -rate / correction1);
        }
    }

    /// <summary>Adds the first moment over the root of the second, times a rate.</summary>
    private void Move(torch.Tensor value, torch.Tensor moment, torch.Tensor corrected, double rate)
    {
        if (_polynomial is not null)
            value.addcmul_(moment, _polynomial.Inverse(corrected), rate);
        else if (_kind == OptimizerKind.AdamwHe)
            value.addcdiv_(moment, corrected.add_(_epsilon).sqrt_(), rate);
        else
            value.addcdiv_(moment, corrected.sqrt_().add_(_epsilon), rate);
    }

    private void RequireInside(string name, torch.Tensor moment, double correction)
    {
        if (_polynomial is null)
            return;
        var largest = moment.max().ToDouble() / correction;
        if (largest > _polynomial.Largest)
        {
            throw new TrainingDivergedException(
                Steps,
                FormattableString.Invariant($"the second moment of {name} is {largest:G4}, where the inverse root's polynomial reaches {_polynomial.Largest:G4},"),
                Remedy);
        }
    }

    public void Dispose()
    {
        foreach (var moment in _first)
            moment.Dispose();
        foreach (var moment in _second)
            moment.Dispose();
    }
}

/// <summary>A tensor that an optimizer updates.</summary>
/// <param name="Name">For messages and files.</param>
/// <param name="Value">A leaf that requires a gradient.</param>
/// <param name="Decays">Whether weight decay acts on it.</param>
internal sealed record TrainedTensor(string Name, torch.Tensor Value, bool Decays);

/// <summary>
/// Training diverged: a loss or a gradient is no longer finite, or a second moment has left the domain of the optimizer's polynomial. The
/// weights are those before the failing step.
/// </summary>
public sealed class TrainingDivergedException : InvalidOperationException
{
    private const string PretrainingRemedy = "lower the learning rate, clip at a smaller norm or strengthen the kernel penalty";

    /// <param name="step">The failing step, from 1.</param>
    /// <param name="what">What is wrong, with its value: "the loss is NaN".</param>
    /// <param name="remedy">What to do.</param>
    public TrainingDivergedException(int step, string what, string remedy = PretrainingRemedy)
        : base($"{what} at step {step}; {remedy}") => Step = step;

    /// <summary>The failing step, from 1.</summary>
    public int Step { get; }
}
