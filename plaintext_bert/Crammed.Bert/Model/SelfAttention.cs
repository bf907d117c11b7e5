using TorchSharp;
using TorchSharp.Modules;

namespace Crammed.Bert;

/// <summary>Multi-head self-attention with separate query, key, value and output matrices; biases in the original style only.</summary>
internal sealed class SelfAttention : torch.nn.Module
{
    private readonly BertConfiguration _configuration;
    private readonly int _layer;
    private readonly Linear _query;
    private readonly Linear _key;
    private readonly Linear _value;
    private readonly Linear _output;

    public SelfAttention(BertConfiguration configuration, int layer, torch.ScalarType dtype)
        : base(nameof(SelfAttention))
    {
        _configuration = configuration;
        _layer = layer;
        var hasBias = configuration.Style == EncoderStyle.Original;
        Linear Square() => torch.nn.Linear(configuration.Hidden, configuration.Hidden, hasBias, dtype: dtype);
        register_module("query", _query = Square());
        register_module("key", _key = Square());
        register_module("value", _value = Square());
        register_module("output", _output = Square());
    }

    private string Path => $"layers.{_layer}.attention";

    /// <summary>
    /// normed [batch, sequence, hidden] and mask [batch, sequence] (1 = token, 0 = padding; null = no padding) to
    /// [batch, queries, hidden], where queries is 1 if only the first token is asked for.
    /// </summary>
    public torch.Tensor Forward(torch.Tensor normed, torch.Tensor? mask, bool firstOnly, EncoderPass pass)
    {
        var q = Heads(Project(normed, _query, "query", firstOnly, pass));
        var k = Heads(Project(normed, _key, "key", false, pass));
        var v = Heads(Project(normed, _value, "value", false, pass));
        pass.Observer?.Observe(ActivationNames.Value(_layer, "query"), q);
        pass.Observer?.Observe(ActivationNames.Value(_layer, "key"), k);
        pass.Observer?.Observe(ActivationNames.Value(_layer, "value"), v);

        torch.Tensor weights;
        if (_configuration.Kernel == AttentionKernel.Softmax)
        {
            weights = AttentionKernels.Softmax(q, k, mask, Observe(pass));
        }
        else
        {
            weights = pass.Functions.Kernel(_configuration, _layer, pass.Result(AttentionKernels.Argument(q, k, Observe(pass))));
            // Without row normalisation S diag(m) V = S (m V): masking the values is exact and keeps the kernel's domain small.
            if (mask is not null)
                v = pass.Result(v * mask.unsqueeze(1).unsqueeze(-1));
        }

        if (pass.Dropout > 0)
            weights = torch.nn.functional.dropout(weights, pass.Dropout);
        var context = pass.Result(torch.matmul(weights, v)).transpose(1, 2).reshape(
            normed.shape[0], firstOnly ? 1 : normed.shape[1], _configuration.Hidden);
        pass.Observer?.Observe(ActivationNames.Value(_layer, "context"), context);
        return pass.Linear(_output, $"{Path}.output", context);
    }

    private Action<torch.Tensor>? Observe(EncoderPass pass) =>
        pass.Observer is null ? null : values => pass.Observer.Observe(ActivationNames.KernelArgument(_layer), values);

    private torch.Tensor Project(torch.Tensor normed, Linear linear, string name, bool firstOnly, EncoderPass pass) =>
        pass.Linear(linear, $"{Path}.{name}", firstOnly ? normed.narrow(1, 0, 1) : normed);

    private torch.Tensor Heads(torch.Tensor x) =>
        x.view(x.shape[0], x.shape[1], _configuration.Heads, _configuration.HeadDimension).transpose(1, 2);
}
