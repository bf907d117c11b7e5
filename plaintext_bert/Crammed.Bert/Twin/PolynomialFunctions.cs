using Crammed.Approximation;
using TorchSharp;
using TorchSharp.Modules;

namespace Crammed.Bert;

/// <summary>
/// The functions as ciphertexts compute them: by the polynomials of a model's calibrated ranges, with the backward pass of the encrypted
/// circuit, which derives each slope from the forward pass's output (s -> -s^3 / 2d for norms, 1 - y^2 for tanh, the step of ReLU).
/// </summary>
/// <param name="functions">The polynomials.</param>
/// <param name="monitor">Watches their arguments.</param>
/// <param name="noise">Noise on the results of products; null for none.</param>
internal sealed class PolynomialFunctions(ModelFunctions functions, DomainMonitor monitor, ResultNoise? noise) : INonPolynomialFunctions
{
    /// <summary>Values evaluated at a time: the intermediates of a polynomial then stay in the cache.</summary>
    private const int Chunk = 1 << 16;

    private readonly TensorArithmetic _arithmetic = new(noise);

    public torch.Tensor Norm(LayerNorm norm, string varianceName, torch.Tensor x)
    {
        var centred = Result(x - x.mean([-1L], keepdim: true));
        var squares = Result((centred * centred).sum([-1L], keepdim: true));
        var normalized = Result(centred * Apply(NormFunction(varianceName), squares));
        return Result(normalized * norm.weight!) + norm.bias!;
    }

    public torch.Tensor Kernel(BertConfiguration configuration, int layer, torch.Tensor argument)
    {
        var chosen = functions.Layers[layer];
        monitor.Check(ActivationNames.KernelArgument(layer), chosen.KernelDomain, argument);
        return AttentionKernels.Power(argument, chosen.Kernel.Exponent, Result);
    }

    public torch.Tensor Relu(int layer, torch.Tensor gate)
    {
        var relu = functions.Layers[layer].Gate!;
        monitor.Check(ActivationNames.Gate(layer), relu.Domain, gate);
        return Result(gate * Evaluate(relu.Step, gate, gate.dtype));
    }

    public torch.Tensor Tanh(torch.Tensor x) => Apply(functions.Tanh, x);

    public torch.Tensor Result(torch.Tensor x) => noise is null ? x : noise.Add(x);

    private FittedFunction NormFunction(string varianceName) => functions.Layers
        .SelectMany(layer => new[] { layer.AttentionNorm, layer.FeedForwardNorm })
        .Append(functions.FinalNorm)
        .First(norm => norm.Name == varianceName);

    /// <summary>The polynomial's values; gradients are those that the output gives.</summary>
    private torch.Tensor Apply(FittedFunction function, torch.Tensor x)
    {
        monitor.Check(function.Name, function.Domain, x);
        // In float64: wide domains lose digits in the Chebyshev basis, and there is one value a token.
        var y = Evaluate(function.Approximation, x, torch.ScalarType.Float64);
        if (!torch.is_grad_enabled() || !x.requires_grad)
            return y;
        // The second term is zero, and its gradient the slope.
        return y + ((x - x.detach()) * Slope(function.DerivativeFactors, y));
    }

    private static torch.Tensor Slope(IReadOnlyList<AffineFactor> factors, torch.Tensor y)
    {
        var slope = torch.ones_like(y);
        foreach (var factor in factors)
            slope = slope * ((y * factor.Slope) + factor.Constant);
        return slope;
    }

    /// <summary>Values of x's type, without a gradient, computed in the given type.</summary>
    private torch.Tensor Evaluate(IApproximation approximation, torch.Tensor x, torch.ScalarType type)
    {
        using var noGradient = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        var flat = x.detach().to(type).reshape(-1L);
        var parts = flat.split(Chunk).Select(part => Evaluate(approximation, part)).ToArray();
        return torch.cat(parts).to(x.dtype).reshape(x.shape).MoveToOuterDisposeScope();
    }

    private torch.Tensor Evaluate(IApproximation approximation, torch.Tensor part)
    {
        using var scope = torch.NewDisposeScope();
        return approximation.Evaluate(part, _arithmetic).MoveToOuterDisposeScope();
    }
}
