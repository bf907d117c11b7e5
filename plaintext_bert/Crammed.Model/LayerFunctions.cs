using Crammed.Approximation;

namespace Crammed.Model;

/// <summary>The polynomials of one encoder layer.</summary>
/// <param name="AttentionNorm">Inverse deviation of the norm before attention, of u = hidden * variance.</param>
/// <param name="Kernel">Weights of attention, of -||q - k||^2 / (2 sqrt(head dimension)).</param>
/// <param name="IsKernelTrained">Whether the kernel was trained in, so that it approximates nothing.</param>
/// <param name="FeedForwardNorm">Inverse deviation of the norm before the feed-forward part.</param>
/// <param name="Gate">ReLU of the gate; null where the gate is bilinear.</param>
public sealed record LayerFunctions(
    FittedFunction AttentionNorm, PowerKernel Kernel, bool IsKernelTrained, FittedFunction FeedForwardNorm, RectifiedLinear? Gate)
{
    /// <summary>
    /// Where the kernel may be evaluated: where it is stable, [-2^(k+1), 0], and in place of exp only where it is close, [-2^k, 0].
    /// </summary>
    public Interval KernelDomain => IsKernelTrained ? Kernel.Domain : new Interval(Kernel.Domain.Low / 2, 0);
}
