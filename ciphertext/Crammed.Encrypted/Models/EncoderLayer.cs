using Crammed.Encrypted.Tensors;

namespace Crammed.Encrypted.Models;

/// <summary>
/// A pre-norm layer for every token: attention by the power kernel, trained in or in place of exp, with adapters on query, key and value, and
/// a gated feed-forward part. What is public of norms, kernel and gate is in the frozen matrices.
/// </summary>
internal sealed class EncoderLayer(LayerSettings settings)
{
    /// <summary>x + Attention(normalized), and that plus FeedForward(Norm(that)).</summary>
    /// <param name="stream">x, [example, token, feature], centred</param>
    /// <param name="normalized">its norm</param>
    /// <param name="mask">[example, token]: 1 for real tokens</param>
    /// <param name="adapters">of query, key and value</param>
    public Tensor Forward(Tensor stream, Tensor normalized, Tensor mask, IReadOnlyDictionary<string, Adapter> adapters)
    {
        using var scope = stream.Graph.Scope(settings.Name);
        stream += Attention(normalized, mask, adapters).Linear(settings.Matrix("output"), settings.Placement.Stream, "attention_output");
        return stream + FeedForward(settings.Normalize(stream));
    }

    private Tensor Attention(Tensor normalized, Tensor mask, IReadOnlyDictionary<string, Adapter> adapters)
    {
        var projections = settings.Project(normalized, adapters, ["query", "key", "value"]);
        var scores = projections[0].KernelBase(projections[1], settings.Placement.Heads, settings.KernelDomain).KernelPower(settings.KernelPower);
        // Masked values make masked scores, exactly, since the kernel's rows are not normalized.
        return scores.WeightedValues(projections[2] * mask, settings.Placement.Heads);
    }

    private Tensor FeedForward(Tensor normalized)
    {
        var halves = normalized.Linear(
            new LinearOutput("expanded", settings.Placement.Gate, settings.Matrix("expand")),
            new LinearOutput("gate", settings.Placement.Gate, settings.Matrix("gate")));
        return settings.Gate(halves).Linear(settings.Matrix("contract"), settings.Placement.Stream, "contracted");
    }
}
