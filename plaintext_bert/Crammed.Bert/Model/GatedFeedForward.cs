using TorchSharp;
using TorchSharp.Modules;

namespace Crammed.Bert;

/// <summary>
/// Gated linear unit: hidden -> ff, halves a (rows 0 .. ff/2-1 of the weight) and g, a * gate(g), ff/2 -> hidden. Without a gate:
/// hidden -> ff, GELU, ff -> hidden. Biases in the original style only.
/// </summary>
internal sealed class GatedFeedForward : torch.nn.Module
{
    private readonly FeedForwardGate _gate;
    private readonly int _layer;
    private readonly Linear _expand;
    private readonly Linear _contract;

    public GatedFeedForward(BertConfiguration configuration, int layer, torch.ScalarType dtype)
        : base(nameof(GatedFeedForward))
    {
        _gate = configuration.Gate;
        _layer = layer;
        var hasBias = configuration.Style == EncoderStyle.Original;
        register_module("expand", _expand = torch.nn.Linear(configuration.Hidden, configuration.FeedForward, hasBias, dtype: dtype));
        register_module(
            "contract", _contract = torch.nn.Linear(configuration.FeedForwardInner, configuration.Hidden, hasBias, dtype: dtype));
    }

    public torch.Tensor Forward(torch.Tensor normed, EncoderPass pass)
    {
        var expanded = pass.Linear(_expand, $"layers.{_layer}.feed_forward.expand", normed);
        var inner = _gate == FeedForwardGate.Gelu ? torch.nn.functional.gelu(expanded) : Gated(expanded, pass);
        pass.Observer?.Observe(ActivationNames.Value(_layer, "feed_forward.gated"), inner);
        return pass.Linear(_contract, $"layers.{_layer}.feed_forward.contract", inner);
    }

    private torch.Tensor Gated(torch.Tensor expanded, EncoderPass pass)
    {
        var halves = expanded.chunk(2, -1);
        pass.Observer?.Observe(ActivationNames.Value(_layer, "feed_forward.linear"), halves[0]);
        pass.Observer?.Observe(ActivationNames.Gate(_layer), halves[1]);
        return pass.Result(halves[0] * (_gate == FeedForwardGate.Relu ? pass.Functions.Relu(_layer, halves[1]) : halves[1]));
    }
}
