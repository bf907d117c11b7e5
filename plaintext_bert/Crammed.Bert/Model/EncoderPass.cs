using TorchSharp;
using TorchSharp.Modules;

namespace Crammed.Bert;

/// <summary>
/// Sees the values that a forward pass computes on its way, by name; the pass itself does not change. Calibration records
/// their ranges, the range penalty adds to the loss when they leave theirs (the tensors are part of the gradient's graph).
/// </summary>
internal interface IActivationObserver
{
    /// <summary>Whether variances before norms, which the pass computes for observers alone, are worth their time.</summary>
    bool WantsVariances => true;

    void Observe(string name, torch.Tensor values);
}

/// <summary>What adapters add to the outputs of linear layers.</summary>
internal interface ILinearAdapters
{
    /// <summary>
    /// What to add to the output of a module (named as its weight in the checkpoint, such as <c>layers.0.attention.query</c>) for an
    /// input [..., in]; [..., out], or null where the module has no adapter.
    /// </summary>
    torch.Tensor? Delta(string module, torch.Tensor x);
}

/// <summary>What may accompany one forward pass through the encoder; every part is optional.</summary>
internal sealed record EncoderPass
{
    public static EncoderPass Plain { get; } = new();

    /// <summary>Adapters on any of the encoder's linear layers, by module name.</summary>
    public ILinearAdapters? Adapters { get; init; }

    /// <summary>
    /// Computes only the first token in the last layer (its keys and values stay full); the result is [batch, 1, hidden].
    /// Exact: nothing after the last layer reads the other tokens when the first is pooled.
    /// </summary>
    public bool FirstTokenOnly { get; init; }

    /// <summary>Dropout on attention weights and on both residual branches.</summary>
    public double Dropout { get; init; }

    /// <summary>Type of the factors of products with weight matrices; null = the model's own. Results have the model's type.</summary>
    public torch.ScalarType? Products { get; init; }

    public IActivationObserver? Observer { get; init; }

    /// <summary>Norms, kernels, ReLU and tanh: the true functions, or what ciphertexts compute.</summary>
    public INonPolynomialFunctions Functions { get; init; } = ExactFunctions.Instance;

    /// <summary>The result of a product as the functions' arithmetic has it.</summary>
    public torch.Tensor Result(torch.Tensor x) => Functions.Result(x);

    /// <summary>A linear layer with what its adapter adds.</summary>
    public torch.Tensor Linear(Linear linear, string module, torch.Tensor x)
    {
        var y = Products is null ? linear.forward(x) : Product(x, linear.weight);
        if (Products is not null && linear.bias is { } bias)
            y = y + bias;
        y = Result(y);
        return Adapters?.Delta(module, x) is { } delta ? Result(y + delta) : y;
    }

    /// <summary>x W^T in the pass's type of products.</summary>
    public torch.Tensor Product(torch.Tensor x, torch.Tensor weight) => Products is { } type
        ? torch.nn.functional.linear(x.to(type), weight.to(type)).to(x.dtype)
        : torch.nn.functional.linear(x, weight);

    /// <summary>
    /// A layer norm over the last axis; an observer is shown the biased variance of its input, the argument of the inverse square root.
    /// </summary>
    public torch.Tensor Norm(LayerNorm norm, string varianceName, torch.Tensor x)
    {
        if (Observer is { WantsVariances: true })
        {
            var centred = x - x.mean([-1L], keepdim: true);
            Observer.Observe(varianceName, (centred * centred).mean([-1L]));
        }

        return Functions.Norm(norm, varianceName, x);
    }
}
