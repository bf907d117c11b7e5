using TorchSharp;
using TorchSharp.Modules;

namespace Crammed.Bert;

/// <summary>What may accompany one forward pass through the encoder; every part is optional.</summary>
internal sealed record EncoderPass
{
    public static EncoderPass Plain { get; } = new();

    /// <summary>Low-rank adapters on query, key and value.</summary>
    public LowRankAdapters? Adapters { get; init; }

    /// <summary>
    /// Adapter dropout, [layers * 3, batch, sequence, rank], already divided by 1 - p; row 3 * layer + 0, 1, 2 is query, key, value.
    /// </summary>
    public torch.Tensor? AdapterMasks { get; init; }

    /// <summary>
    /// Computes only the first token in the last layer (its keys and values stay full); the result is [batch, 1, hidden].
    /// Exact: nothing after the last layer reads the other tokens when the first is pooled.
    /// </summary>
    public bool FirstTokenOnly { get; init; }

    /// <summary>Dropout on attention weights and on both residual branches.</summary>
    public double Dropout { get; init; }

    /// <summary>Type of the factors of products with weight matrices; null = the model's own. Results have the model's type.</summary>
    public torch.ScalarType? Products { get; init; }

    /// <summary>Adapters on any of the encoder's linear layers, by module name.</summary>
    public ILinearAdapters? LinearAdapters { get; init; }

    /// <summary>A linear layer with what its adapter adds.</summary>
    public torch.Tensor Linear(Linear linear, string module, torch.Tensor x)
    {
        var y = Products is null ? linear.forward(x) : Product(x, linear.weight);
        if (Products is not null && linear.bias is { } bias)
            y = y + bias;
        return Result(LinearAdapters?.Delta(module, x) is { } delta ? y + delta : y);
    }

    public IActivationObserver? Observer { get; init; }

    /// <summary>Norms, kernels, ReLU and tanh: the true functions, or what ciphertexts compute.</summary>
    public INonPolynomialFunctions Functions { get; init; } = ExactFunctions.Instance;

    /// <summary>Noise on the results of products, as on ciphertexts; null for none.</summary>
    public ResultNoise? Noise { get; init; }

    /// <summary>The result of a product, with noise where there is any.</summary>
    public torch.Tensor Result(torch.Tensor x) => Noise is null ? x : Noise.Add(x);

    /// <summary>x W^T in the pass's type of products.</summary>
    public torch.Tensor Product(torch.Tensor x, torch.Tensor weight) => Products is { } type
        ? torch.nn.functional.linear(x.to(type), weight.to(type)).to(x.dtype)
        : torch.nn.functional.linear(x, weight);
}
