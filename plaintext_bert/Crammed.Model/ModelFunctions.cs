using System.Globalization;
using Crammed.Approximation;

namespace Crammed.Model;

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
