using TorchSharp;

namespace Crammed.Bert;

/// <summary>
/// Gradient descent with Nesterov's momentum as Sutskever et al. 2013 write it, with decoupled weight decay: u &lt;- momentum u + g, theta
/// &lt;- theta - rate (decay theta + g + momentum u).
/// </summary>
/// <param name="tensors">What is trained.</param>
/// <param name="momentum">At least 0 and below 1.</param>
/// <param name="weightDecay">Of the tensors that decay.</param>
internal sealed class NesterovDescent(IReadOnlyList<TrainedTensor> tensors, double momentum, double weightDecay) : IStepOptimizer
{
    private readonly torch.Tensor[] _velocities = Zeros(tensors);

    public void ZeroGradients()
    {
        foreach (var tensor in tensors)
            tensor.Value.grad = null;
    }

    public void Step(double rate, IActivationObserver? observer)
    {
        using var noGradient = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        foreach (var (tensor, velocity) in tensors.Zip(_velocities))
        {
            if (tensor.Value.grad is not { } gradient)
                continue;
            velocity.mul_(momentum).add_(gradient);
            if (tensor.Decays)
                tensor.Value.mul_(1 - rate * weightDecay);
            tensor.Value.add_(gradient, -rate).add_(velocity, -rate * momentum);
        }
    }

    public void Dispose()
    {
        foreach (var velocity in _velocities)
            velocity.Dispose();
    }

    private static torch.Tensor[] Zeros(IReadOnlyList<TrainedTensor> tensors)
    {
        using var noGradient = torch.no_grad();
        return [.. tensors.Select(tensor => torch.zeros_like(tensor.Value).DetachFromDisposeScope())];
    }
}
