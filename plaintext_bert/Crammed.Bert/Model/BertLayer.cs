using TorchSharp;
using TorchSharp.Modules;

namespace Crammed.Bert;

/// <summary>
/// One block: x + attention(norm x), then x + feedForward(norm x); in the original style norm(x + attention(x)), then
/// norm(x + feedForward(x)).
/// </summary>
internal sealed class BertLayer : torch.nn.Module
{
    private readonly int _layer;
    private readonly bool _last;
    private readonly bool _normsSums;
    private readonly LayerNorm _attentionNorm;
    private readonly SelfAttention _attention;
    private readonly LayerNorm _feedForwardNorm;
    private readonly GatedFeedForward _feedForward;

    public BertLayer(BertConfiguration configuration, int layer, torch.ScalarType dtype)
        : base(nameof(BertLayer))
    {
        _layer = layer;
        _last = layer == configuration.Layers - 1;
        _normsSums = configuration.Style == EncoderStyle.Original;
        register_module(
            "attention_norm", _attentionNorm = torch.nn.LayerNorm(configuration.Hidden, configuration.NormEpsilon, dtype: dtype));
        register_module("attention", _attention = new SelfAttention(configuration, layer, dtype));
        register_module(
            "feed_forward_norm", _feedForwardNorm = torch.nn.LayerNorm(configuration.Hidden, configuration.NormEpsilon, dtype: dtype));
        register_module("feed_forward", _feedForward = new GatedFeedForward(configuration, layer, dtype));
    }

    public LayerNorm AttentionNorm => _attentionNorm;

    /// <summary>
    /// x [batch, sequence, hidden] to the same shape, or [batch, 1, hidden] if this is the last layer and the pass wants one token.
    /// </summary>
    public torch.Tensor Forward(torch.Tensor x, torch.Tensor? mask, EncoderPass pass)
    {
        var firstOnly = pass.FirstTokenOnly && _last;
        var attended = Dropout(_attention.Forward(Before(_attentionNorm, AttentionVariance, x, pass), mask, firstOnly, pass), pass);
        var middle = (firstOnly ? x.narrow(1, 0, 1) : x) + attended;
        pass.Observer?.Observe(ActivationNames.Value(_layer, "attention.residual"), middle);
        middle = After(_attentionNorm, AttentionVariance, middle, pass);
        var fed = Dropout(_feedForward.Forward(Before(_feedForwardNorm, FeedForwardVariance, middle, pass), pass), pass);
        var result = middle + fed;
        pass.Observer?.Observe(ActivationNames.Value(_layer, "feed_forward.residual"), result);
        return After(_feedForwardNorm, FeedForwardVariance, result, pass);
    }

    private string AttentionVariance => ActivationNames.AttentionNormVariance(_layer);

    private string FeedForwardVariance => ActivationNames.FeedForwardNormVariance(_layer);

    /// <summary>The norm of a block's input, where norms stand there.</summary>
    private torch.Tensor Before(LayerNorm norm, string varianceName, torch.Tensor x, EncoderPass pass) =>
        _normsSums ? x : pass.Norm(norm, varianceName, x);

    /// <summary>The norm of a residual sum, where norms stand there.</summary>
    private torch.Tensor After(LayerNorm norm, string varianceName, torch.Tensor x, EncoderPass pass) =>
        _normsSums ? pass.Norm(norm, varianceName, x) : x;

    private static torch.Tensor Dropout(torch.Tensor x, EncoderPass pass) =>
        pass.Dropout > 0 ? torch.nn.functional.dropout(x, pass.Dropout) : x;
}
