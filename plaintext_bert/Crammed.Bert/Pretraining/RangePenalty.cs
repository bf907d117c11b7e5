using TorchSharp;

namespace Crammed.Bert;

/// <summary>
/// Sums, over one forward pass, how far the inputs of non-polynomial functions (and the polynomial kernel's argument) leave their limits.
/// Rho et al. 2025 count violations; this is a differentiable form of it, quadratic in the excess.
/// </summary>
internal sealed class RangePenalty(RangePenaltySettings settings, BertConfiguration configuration, bool normsToo) : IActivationObserver
{
    /// <summary>The weighted sum; null as long as nothing was penalised.</summary>
    public torch.Tensor? Total { get; private set; }

    public void Observe(string name, torch.Tensor values)
    {
        if (name.EndsWith(".kernel.argument", StringComparison.Ordinal))
            ObserveKernel(values);
        else if (normsToo && name.EndsWith(".variance", StringComparison.Ordinal))
            ObserveVariance(values);
        else if (normsToo && name.EndsWith(".residual", StringComparison.Ordinal) && settings.ResidualWeight > 0)
            Add(torch.nn.functional.relu(values.abs() - settings.ResidualLimit).square().mean(), settings.ResidualWeight);
    }

    private void ObserveKernel(torch.Tensor argument)
    {
        if (configuration.Kernel != AttentionKernel.Polynomial || settings.KernelWeight == 0)
            return;
        // The stable range is 2^(k+1), so in units of 2^k the limit is twice the fraction.
        var unit = Math.Pow(2, -configuration.KernelPower);
        var excess = torch.nn.functional.relu((argument * -unit) - (2 * settings.KernelFraction));
        Add(excess.square().sum() / argument.shape[0], settings.KernelWeight);
    }

    private void ObserveVariance(torch.Tensor variance)
    {
        if (settings.VarianceWeight == 0)
            return;
        var logarithm = variance.log();
        var distance = (logarithm - logarithm.mean().detach()).abs();
        Add(torch.nn.functional.relu(distance - (Math.Log(settings.VarianceRatio) / 2)).square().mean(), settings.VarianceWeight);
    }

    private void Add(torch.Tensor value, double weight) => Total = Total is null ? value * weight : Total + (value * weight);
}
