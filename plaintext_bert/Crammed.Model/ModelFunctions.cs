using System.Globalization;
using Crammed.Approximation;

namespace Crammed.Model;

/// <summary>The polynomials of a forward pass.</summary>
/// <param name="Layers">First layer first.</param>
/// <param name="FinalNorm">Inverse deviation of the norm after the last layer.</param>
/// <param name="Tanh">The head's tanh.</param>
public sealed record ModelFunctions(IReadOnlyList<LayerFunctions> Layers, FittedFunction FinalNorm, FittedFunction Tanh)
{
    /// <summary>What each function is made of, in the order of a forward pass.</summary>
    public IReadOnlyList<FunctionDesign> Designs() =>
    [
        .. Layers.SelectMany((layer, index) => OfLayer(layer, index)),
        Fitted("inverse square root", FinalNorm),
        Fitted("tanh", Tanh),
    ];

    private static IEnumerable<FunctionDesign> OfLayer(LayerFunctions layer, int index)
    {
        yield return Fitted("inverse square root", layer.AttentionNorm);
        yield return Kernel(index, layer.Kernel);
        yield return Fitted("inverse square root", layer.FeedForwardNorm);
        if (layer.Gate is { } gate)
        {
            yield return new FunctionDesign(
                ActivationNames.Gate(index), "relu", string.Join('/', gate.Step.Stages.Select(stage => stage.Degree)), gate, gate.Report());
        }
    }

    private static FunctionDesign Fitted(string function, FittedFunction fitted) => new(
        fitted.Name, function, ((ChebyshevPolynomial)fitted.Approximation).Degree.ToString(CultureInfo.InvariantCulture),
        fitted.Approximation, fitted.Report());

    private static FunctionDesign Kernel(int layer, PowerKernel kernel) => new(
        ActivationNames.KernelArgument(layer), "exp", $"2^{kernel.Exponent}", kernel, kernel.ErrorAgainstExp(kernel.Domain));
}
