using TorchSharp;

namespace Crammed.Bert;

/// <summary>
/// AdamW with a choice of where epsilon stands. Step t = 1, 2, ...: theta &lt;- theta - rate * decay * theta; m and v are the moving
/// averages of gradient and squared gradient; with the bias-corrected m^ and v^, theta &lt;- theta - rate * m^ / sqrt(v^ + epsilon), or
/// the usual / (sqrt(v^) + epsilon).
/// </summary>
internal sealed class DecoupledAdam : IDisposable
{
    private readonly IReadOnlyList<TrainedTensor> tensors;
    private readonly torch.Tensor[] first;
    private readonly torch.Tensor[] second;
    private readonly double beta1;
    private readonly double beta2;
    private readonly double epsilon;
    private readonly double weightDecay;
    private readonly EpsilonPlacement placement;

    public DecoupledAdam(
        IReadOnlyList<TrainedTensor> tensors, double beta1, double beta2, double epsilon, double weightDecay, EpsilonPlacement placement)
    {
        this.tensors = tensors;
        this.beta1 = beta1;
        this.beta2 = beta2;
        this.epsilon = epsilon;
        this.weightDecay = weightDecay;
        this.placement = placement;
        using var noGradient = torch.no_grad();
        first = [.. tensors.Select(tensor => torch.zeros_like(tensor.Value).DetachFromDisposeScope())];
        second = [.. tensors.Select(tensor => torch.zeros_like(tensor.Value).DetachFromDisposeScope())];
    }

    /// <summary>Updates done; the corrections of the moments' bias depend on it.</summary>
    public int Steps { get; set; }

    /// <summary>First and second moments by the names of their tensors; what is copied into them is continued from.</summary>
    public IEnumerable<(string Name, torch.Tensor First, torch.Tensor Second)> Moments =>
        tensors.Select((tensor, i) => (tensor.Name, first[i], second[i]));

    public void ZeroGradients()
    {
        foreach (var tensor in tensors)
            tensor.Value.grad?.zero_();
    }

    /// <summary>One update; tensors without a gradient stay. The observer sees each bias-corrected second moment.</summary>
    public void Step(double rate, IActivationObserver? observer = null)
    {
        using var noGradient = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        Steps++;
        var correction1 = 1 - Math.Pow(beta1, Steps);
        var correction2 = 1 - Math.Pow(beta2, Steps);
        for (var i = 0; i < tensors.Count; i++)
        {
            var gradient = tensors[i].Value.grad;
            if (gradient is null)
                continue;
            first[i].mul_(beta1).add_(gradient, 1 - beta1);
            second[i].mul_(beta2).addcmul_(gradient, gradient, 1 - beta2);
            var corrected = second[i] / correction2;
            observer?.Observe(ActivationNames.SecondMoment, corrected);
            var root = placement == EpsilonPlacement.InsideRoot
                ? corrected.add_(epsilon).sqrt_()
                : corrected.sqrt_().add_(epsilon);
            if (tensors[i].Decays && weightDecay > 0)
                tensors[i].Value.mul_(1 - (rate * weightDecay));
            tensors[i].Value.addcdiv_(first[i], root, -rate / correction1);
        }
    }

    public void Dispose()
    {
        foreach (var moment in first)
            moment.Dispose();
        foreach (var moment in second)
            moment.Dispose();
    }
}
