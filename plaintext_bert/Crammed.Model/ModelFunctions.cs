using System.Globalization;
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
    public Interval KernelDomain => IsKernelTrained ? Kernel.Domain : CloseToExp(Kernel);

    /// <summary>[-2^k, 0]: below, the kernel rises again.</summary>
    internal static Interval CloseToExp(PowerKernel kernel) => new(kernel.Domain.Low / 2, 0);
}

/// <summary>An approximation as tables show it.</summary>
/// <param name="Name">Layer and tensor it is applied to.</param>
/// <param name="Function">What it approximates.</param>
/// <param name="Argument">What it is evaluated at.</param>
/// <param name="Degree">Its degree; of a composite, those of its stages.</param>
/// <param name="Approximation">Depth (levels) and products of two ciphertexts.</param>
/// <param name="Domain">Where it may be evaluated.</param>
/// <param name="Error">Absolute errors on the domain; null for a trained-in kernel, which approximates nothing.</param>
public sealed record FunctionDesign(
    string Name,
    string Function,
    string Argument,
    string Degree,
    IApproximation Approximation,
    Interval Domain,
    ApproximationReport? Error);

/// <summary>The polynomials of a forward pass.</summary>
/// <param name="Layers">First layer first.</param>
/// <param name="FinalNorm">Inverse deviation of the norm after the last layer.</param>
/// <param name="Tanh">The head's tanh.</param>
public sealed record ModelFunctions(IReadOnlyList<LayerFunctions> Layers, FittedFunction FinalNorm, FittedFunction Tanh)
{
    private const string ScaledVariance = "variance times hidden";

    /// <summary>What each function is made of, in the order of a forward pass.</summary>
    public IReadOnlyList<FunctionDesign> Designs() =>
    [
        .. Layers.SelectMany(OfLayer),
        Fitted("inverse square root", ScaledVariance, FinalNorm),
        Fitted("tanh", "input", Tanh),
    ];

    private static IEnumerable<FunctionDesign> OfLayer(LayerFunctions layer, int index)
    {
        yield return Fitted("inverse square root", ScaledVariance, layer.AttentionNorm);
        yield return new FunctionDesign(
            ActivationNames.KernelArgument(index), layer.IsKernelTrained ? "kernel" : "exp", "-|q - k|^2 / 2 sqrt(d)",
            $"2^{layer.Kernel.Exponent}", layer.Kernel, layer.KernelDomain,
            layer.IsKernelTrained ? null : layer.Kernel.ErrorAgainstExp(layer.KernelDomain));
        yield return Fitted("inverse square root", ScaledVariance, layer.FeedForwardNorm);
        if (layer.Gate is { } gate)
        {
            yield return new FunctionDesign(
                ActivationNames.Gate(index), "relu", "gate", string.Join('/', gate.Step.Stages.Select(stage => stage.Degree)), gate,
                gate.Domain, gate.Report());
        }
    }

    private static FunctionDesign Fitted(string function, string argument, FittedFunction fitted) => new(
        fitted.Name, function, argument, fitted.Approximation.Degree.ToString(CultureInfo.InvariantCulture),
        fitted.Approximation, fitted.Domain, fitted.Report());
}
