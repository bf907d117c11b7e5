using TorchSharp;

namespace Crammed.Bert;

/// <summary>
/// Sums, over one forward pass, how far the inputs of non-polynomial functions (and the polynomial kernel's argument) leave their limits.
/// Rho et al. 2025 count violations; this is a differentiable form of it, quadratic in the excess. Their published code has another one,
/// also here: a quantity above its limit is itself added, times a weight.
/// </summary>
/// <param name="settings">Weights and limits.</param>
/// <param name="configuration">The model.</param>
/// <param name="isLate">Whether all penalties hold; otherwise only that of the polynomial kernel, whose training needs it.</param>
internal sealed class RangePenalty(RangePenaltySettings settings, BertConfiguration configuration, bool isLate) : IActivationObserver
{
    /// <summary>Whether anything may be penalised.</summary>
    public bool IsActive => PenalisesKernel || isLate;

    /// <summary>The weighted sum; null as long as nothing was penalised.</summary>
    public torch.Tensor? Total { get; private set; }

    private bool PenalisesKernel => configuration.Kernel == AttentionKernel.Polynomial && settings.KernelWeight > 0;

    /// <inheritdoc/>
    public bool WantsVariances => isLate;

    public void Observe(string name, torch.Tensor values)
    {
        if (name.EndsWith(".kernel.argument", StringComparison.Ordinal))
            ObserveKernel(values);
        else if (isLate && name.EndsWith(".variance", StringComparison.Ordinal))
            ObserveVariance(values);
        else if (isLate && name.EndsWith(".residual", StringComparison.Ordinal) && settings.ResidualWeight > 0)
            Add(torch.nn.functional.relu(values.abs() - settings.ResidualLimit).square().mean(), settings.ResidualWeight);
    }

    private void ObserveKernel(torch.Tensor argument)
    {
        if (isLate && configuration.Kernel != AttentionKernel.Softmax && settings.LargestKernelArgument is not null)
            AddAbove(settings.LargestKernelArgument, argument.min().neg());
        if (!PenalisesKernel)
            return;
        // The stable range is 2^(k+1), so in units of 2^k the limit is twice the fraction.
        var unit = Math.Pow(2, -configuration.KernelPower);
        var excess = torch.nn.functional.relu((argument * -unit) - (2 * settings.KernelFraction));
        Add(excess.square().sum() / argument.shape[0], settings.KernelWeight);
    }

    private void ObserveVariance(torch.Tensor variance)
    {
        if (settings.LargestVariance is not null)
            AddAbove(settings.LargestVariance, variance.max());
        if (settings.LargestVarianceRatio is not null)
            AddAbove(settings.LargestVarianceRatio, variance.max() / variance.min());
        if (settings.VarianceWeight == 0)
            return;
        var logarithm = variance.log();
        var distance = (logarithm - logarithm.mean().detach()).abs();
        Add(torch.nn.functional.relu(distance - (Math.Log(settings.VarianceRatio) / 2)).square().mean(), settings.VarianceWeight);
    }

    /// <summary>Adds a quantity that is above its limit, as the reference does.</summary>
    private void AddAbove(double? limit, torch.Tensor quantity)
    {
        if (quantity.ToDouble() > limit)
            Add(quantity, settings.LimitWeight);
    }

    private void Add(torch.Tensor value, double weight) => Total = Total is null ? value * weight : Total + (value * weight);
}
