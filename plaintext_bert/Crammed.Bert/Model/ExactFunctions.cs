using TorchSharp;
using TorchSharp.Modules;

namespace Crammed.Bert;

/// <summary>The functions of a forward pass that ciphertexts can only approximate.</summary>
internal interface INonPolynomialFunctions
{
    /// <summary>Layer norm over the last axis.</summary>
    /// <param name="norm">Weight, bias and epsilon.</param>
    /// <param name="varianceName">What calibration calls the variance of its input (<see cref="ActivationNames"/>).</param>
    /// <param name="x">[..., hidden].</param>
    torch.Tensor Norm(LayerNorm norm, string varianceName, torch.Tensor x);

    /// <summary>Attention weights of an unnormalised kernel.</summary>
    /// <param name="configuration">The kernel.</param>
    /// <param name="layer">Encoder layer, from 0.</param>
    /// <param name="argument">-||q - k||^2 / (2 sqrt(d)).</param>
    torch.Tensor Kernel(BertConfiguration configuration, int layer, torch.Tensor argument);

    /// <summary>max(gate, 0) of a layer's gate.</summary>
    torch.Tensor Relu(int layer, torch.Tensor gate);

    /// <summary>tanh of the head.</summary>
    torch.Tensor Tanh(torch.Tensor x);

    /// <summary>The result of a product, with the noise that it has on ciphertexts where that is wanted.</summary>
    torch.Tensor Result(torch.Tensor x);
}

/// <summary>The true functions.</summary>
internal sealed class ExactFunctions : INonPolynomialFunctions
{
    public static ExactFunctions Instance { get; } = new();

    public torch.Tensor Norm(LayerNorm norm, string varianceName, torch.Tensor x) => norm.forward(x);

    public torch.Tensor Kernel(BertConfiguration configuration, int layer, torch.Tensor argument) =>
        AttentionKernels.Unnormalised(configuration, argument);

    public torch.Tensor Relu(int layer, torch.Tensor gate) => gate.relu();

    public torch.Tensor Tanh(torch.Tensor x) => torch.tanh(x);

    public torch.Tensor Result(torch.Tensor x) => x;
}
