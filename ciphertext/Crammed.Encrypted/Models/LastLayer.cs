using Crammed.Encrypted.Tensors;

namespace Crammed.Encrypted.Models;

/// <summary>
/// The last layer, of which only the first token leaves: keys and values are those of every token; the query, what it attends to and the
/// feed-forward part exist once for each example, spread along the token axis.
/// </summary>
internal sealed class LastLayer(LayerSettings settings)
{
    /// <summary>Rows from one column of the stream to the next: the odd ones are the head's.</summary>
    public const int StreamRows = 2;

    /// <summary>Rows from one column of the gate's halves to the next.</summary>
    private const int GateRows = 1;

    /// <summary>The first token's stream, [example, feature], spread on every second row.</summary>
    /// <param name="stream">x, [example, token, feature], centred</param>
    /// <param name="normalized">its norm</param>
    /// <param name="mask">[example, token]: 1 for real tokens</param>
    /// <param name="adapters">of key and value</param>
    /// <param name="query">the query's adapter, of a spread token</param>
    public Tensor Forward(Tensor stream, Tensor normalized, Tensor mask, IReadOnlyDictionary<string, Adapter> adapters, Adapter query)
    {
        using var scope = stream.Graph.Scope(settings.Name);
        var first = stream.SpreadFirstToken(StreamRows);
        first += Attention(normalized, mask, adapters, query).SpreadLinear(settings.Matrix("output"), settings.Placement.Stream, StreamRows, "attention_output");
        return first + FeedForward(settings.Normalize(first));
    }

    private Tensor Attention(Tensor normalized, Tensor mask, IReadOnlyDictionary<string, Adapter> adapters, Adapter query)
    {
        var heads = settings.Placement.Heads;
        var projections = settings.Project(normalized, adapters, ["key", "value"]);
        var first = normalized.SpreadFirstToken(StreamRows, "normalized_first_token");
        var own = settings.WithNormBias(
            first.SpreadLinear(settings.Matrix("query"), heads.Features, StreamRows, "query")
            + settings.AdapterInput(first).SpreadAdapter(query.A, query.B, settings.AdapterScales["query"], "query_adapter"), "query");
        var scores = own.RepeatOverTokens().QueryKernel(projections[0], mask, heads, settings.KernelPower, settings.KernelDomain);
        return scores.Scores.QueryValues(projections[1], heads, StreamRows);
    }

    private Tensor FeedForward(Tensor normalized)
    {
        var halves = normalized.SpreadLinear(
            new SpreadOutput("expanded", settings.Placement.Gate, GateRows, settings.Matrix("expand")),
            new SpreadOutput("gate", settings.Placement.Gate, GateRows, settings.Matrix("gate")));
        return settings.Gate(halves).SpreadLinear(settings.Matrix("contract"), settings.Placement.Stream, StreamRows, "contracted");
    }
}
