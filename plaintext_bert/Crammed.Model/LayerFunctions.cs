using Crammed.Approximation;

namespace Crammed.Model;

/// <summary>The polynomials of one encoder layer.</summary>
/// <param name="AttentionNorm">Inverse deviation of the norm before attention, of u = hidden * variance.</param>
/// <param name="Kernel">Weights of attention, of -||q - k||^2 / (2 sqrt(head dimension)).</param>
/// <param name="FeedForwardNorm">Inverse deviation of the norm before the feed-forward part.</param>
/// <param name="Gate">ReLU of the gate; null where the gate is bilinear.</param>
public sealed record LayerFunctions(
    FittedFunction AttentionNorm, PowerKernel Kernel, FittedFunction FeedForwardNorm, RectifiedLinear? Gate);
