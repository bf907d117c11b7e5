using TorchSharp;
using TorchSharp.Modules;

namespace Crammed.Bert;

/// <summary>One pre-norm block: x + attention(norm x), then x + feedForward(norm x).</summary>
internal sealed class BertLayer : torch.nn.Module
{
    private readonly int layer;
    private readonly bool last;
    private readonly LayerNorm attentionNorm;
    private readonly SelfAttention attention;
    private readonly LayerNorm feedForwardNorm;
    private readonly GatedFeedForward feedForward;

    public BertLayer(BertConfiguration configuration, int layer, torch.ScalarType dtype)
        : base(nameof(BertLayer))
    {
        this.layer = layer;
        last = layer == configuration.Layers - 1;
        register_module(
            "attention_norm", attentionNorm = torch.nn.LayerNorm(configuration.Hidden, configuration.NormEpsilon, dtype: dtype));
        register_module("attention", attention = new SelfAttention(configuration, layer, dtype));
        register_module(
            "feed_forward_norm", feedForwardNorm = torch.nn.LayerNorm(configuration.Hidden, configuration.NormEpsilon, dtype: dtype));
        register_module("feed_forward", feedForward = new GatedFeedForward(configuration, layer, dtype));
    }

    /// <summary>
    /// x [batch, sequence, hidden] to the same shape, or [batch, 1, hidden] if this is the last layer and the pass wants one token.
    /// </summary>
    public torch.Tensor Forward(torch.Tensor x, torch.Tensor? mask, EncoderPass pass)
    {
        var firstOnly = pass.FirstTokenOnly && last;
        NormObservation.Variance(pass.Observer, ActivationNames.AttentionNormVariance(layer), x);
        var attended = Dropout(attention.Forward(
            pass.Functions.Norm(attentionNorm, ActivationNames.AttentionNormVariance(layer), x), mask, firstOnly, pass), pass);
        var middle = (firstOnly ? x.narrow(1, 0, 1) : x) + attended;
        pass.Observer?.Observe(ActivationNames.Value(layer, "attention.residual"), middle);
        NormObservation.Variance(pass.Observer, ActivationNames.FeedForwardNormVariance(layer), middle);
        var result = middle + Dropout(feedForward.Forward(
            pass.Functions.Norm(feedForwardNorm, ActivationNames.FeedForwardNormVariance(layer), middle), pass), pass);
        pass.Observer?.Observe(ActivationNames.Value(layer, "feed_forward.residual"), result);
        return result;
    }

    private static torch.Tensor Dropout(torch.Tensor x, EncoderPass pass) =>
        pass.Dropout > 0 ? torch.nn.functional.dropout(x, pass.Dropout) : x;
}
