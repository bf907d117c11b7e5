using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>x W^T + b, with W of shape (out, in).</summary>
public sealed class Linear : nn.Module<Tensor, Tensor>
{
    private Parameter heldWeight = null!;
    private Parameter? heldBias;

    internal Linear(long inputSize, long outputSize, bool hasBias, Device? device, ScalarType? dtype) : base(nameof(Linear))
    {
        in_features = inputSize;
        out_features = outputSize;
        weight = new Parameter(empty(outputSize, inputSize, dtype, device));
        nn.init.kaiming_uniform_(weight, a: Math.Sqrt(5));
        if (!hasBias)
            return;
        bias = new Parameter(empty(outputSize, dtype, device));
        var bound = inputSize > 0 ? 1 / Math.Sqrt(inputSize) : 0;
        nn.init.uniform_(bias, -bound, bound);
    }

    internal Linear(Parameter weight, Parameter? bias) : base(nameof(Linear))
    {
        out_features = weight.size(0);
        in_features = weight.size(1);
        this.weight = weight;
        this.bias = bias;
    }

    public long in_features { get; set; }

    public long out_features { get; set; }

    /// <summary>Shape (out, in). A parameter that is replaced is disposed.</summary>
    public Parameter weight
    {
        get => heldWeight;
        set => heldWeight = Hold(nameof(weight), heldWeight, value)!;
    }

    /// <summary>Shape (out), or null.</summary>
    public Parameter? bias
    {
        get => heldBias;
        set => heldBias = Hold(nameof(bias), heldBias, value);
    }

    public override Tensor forward(Tensor tensor) => nn.functional.linear(tensor, heldWeight, heldBias);

    protected override void RegisterComponents()
    {
    }
}
