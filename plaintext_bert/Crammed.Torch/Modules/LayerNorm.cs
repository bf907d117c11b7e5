using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Normalizes to mean 0 and variance 1 over the last dimensions, then scales by weight and adds bias.</summary>
public sealed class LayerNorm : nn.Module<Tensor, Tensor>
{
    private Parameter? heldWeight;
    private Parameter? heldBias;

    internal LayerNorm(
        long[] normalizedShape, double eps, bool elementwiseAffine, bool hasBias, Device? device, ScalarType? dtype) :
        base(nameof(LayerNorm))
    {
        normalized_shape = normalizedShape;
        this.eps = eps;
        elementwise_affine = elementwiseAffine;
        if (!elementwiseAffine)
            return;
        weight = new Parameter(empty(normalizedShape, dtype, device));
        if (hasBias)
            bias = new Parameter(empty(normalizedShape, dtype, device));
        reset_parameters();
    }

    public long[] normalized_shape { get; set; }

    /// <summary>Added to the variance before its square root.</summary>
    public double eps { get; set; }

    public bool elementwise_affine { get; set; }

    public Parameter? weight
    {
        get => heldWeight;
        set => heldWeight = Hold(nameof(weight), heldWeight, value);
    }

    public Parameter? bias
    {
        get => heldBias;
        set => heldBias = Hold(nameof(bias), heldBias, value);
    }

    /// <summary>Sets weight to 1 and bias to 0.</summary>
    public void reset_parameters()
    {
        if (heldWeight is not null)
            nn.init.ones_(heldWeight);
        if (heldBias is not null)
            nn.init.zeros_(heldBias);
    }

    public override Tensor forward(Tensor tensor) =>
        nn.functional.layer_norm(tensor, normalized_shape, heldWeight, heldBias, eps);

    protected override void RegisterComponents()
    {
    }
}
