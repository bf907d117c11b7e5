using TorchSharp;
using TorchSharp.Modules;

namespace Crammed.Bert;

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
