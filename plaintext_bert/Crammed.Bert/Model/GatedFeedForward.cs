using TorchSharp;
using TorchSharp.Modules;

namespace Crammed.Bert;

/// <summary>
/// Gated linear unit: hidden -> ff, halves a (rows 0 .. ff/2-1 of the weight) and g, a * gate(g), ff/2 -> hidden. Without a gate:
/// hidden -> ff, GELU, ff -> hidden. Biases in the original style only.
/// </summary>
internal sealed class GatedFeedForward : torch.nn.Module
{
    private readonly FeedForwardGate gate;
    private readonly int layer;
    private readonly Linear expand;
    private readonly Linear contract;

    public GatedFeedForward(BertConfiguration configuration, int layer, torch.ScalarType dtype)
        : base(nameof(GatedFeedForward))
    {
        gate = configuration.Gate;
        this.layer = layer;
        var hasBias = configuration.Style == EncoderStyle.Original;
        register_module("expand", expand = torch.nn.Linear(configuration.Hidden, configuration.FeedForward, hasBias, dtype: dtype));
        register_module(
            "contract", contract = torch.nn.Linear(configuration.FeedForwardInner, configuration.Hidden, hasBias, dtype: dtype));
    }

    public torch.Tensor Forward(torch.Tensor normed, EncoderPass pass)
    {
        var expanded = pass.Linear(expand, $"layers.{layer}.feed_forward.expand", normed);
        var inner = gate == FeedForwardGate.Gelu ? torch.nn.functional.gelu(expanded) : Gated(expanded, pass);
        pass.Observer?.Observe(ActivationNames.Value(layer, "feed_forward.gated"), inner);
        return pass.Linear(contract, $"layers.{layer}.feed_forward.contract", inner);
    }

    private torch.Tensor Gated(torch.Tensor expanded, EncoderPass pass)
    {
        var halves = expanded.chunk(2, -1);
        pass.Observer?.Observe(ActivationNames.Value(layer, "feed_forward.linear"), halves[0]);
        pass.Observer?.Observe(ActivationNames.Gate(layer), halves[1]);
        return pass.Result(halves[0] * (gate == FeedForwardGate.Relu ? pass.Functions.Relu(layer, halves[1]) : halves[1]));
    }
}
