using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Tensors;

namespace Crammed.Encrypted.Models;

/// <summary>
/// The forward pass of a <see cref="TrainingGraph"/>, once for each of its micro-batches. Parameters are unpacked by the first one, and read by
/// all.
/// </summary>
/// <param name="model">its graph is added to</param>
/// <param name="polynomials">of the model</param>
/// <param name="scales">of the adapters</param>
/// <param name="rewrites">what the graph makes use of</param>
internal sealed class ForwardPass(TrainingGraph model, ModelPolynomials polynomials, AdapterScales scales, GraphRewrites rewrites)
{
    private readonly Dictionary<int, Dictionary<string, Adapter>> _adapters = [];
    private Tensor? _packed;
    private Adapter? _query;
    private HeadWeights? _head;

    private Graph Graph => model.Graph;

    private ModelShape Shape => model.Shape;

    private int Last => Shape.Layers - 1;

    /// <summary>The name that a layer's tensors begin with.</summary>
    public static string LayerName(int layer) => $"layers.{layer}";

    /// <summary>[example, class]; inputs are those of one micro-batch.</summary>
    public Tensor Logits()
    {
        var stream = Graph.Input("embedding", Graph.Grid.Features(model.Placement.Stream));
        var normalized = rewrites.ClientNorm ? Graph.Input("normalized_embedding", stream.Layout) : Normalized(stream, 0);
        var mask = Graph.Input("mask", Graph.Grid.PerToken());
        _packed ??= Graph.Parameter("adapters", model.Packing.Layout);
        for (var layer = 0; layer < (rewrites.FirstTokenOnly ? Last : Shape.Layers); layer++)
        {
            stream = new EncoderLayer(Settings(layer)).Forward(stream, normalized, mask, Adapters(layer));
            if (layer < Last)
                normalized = Normalized(stream, layer + 1);
        }
        var first = rewrites.FirstTokenOnly ? FirstToken(stream, normalized, mask) : stream.SpreadFirstToken(LastLayer.StreamRows);
        var (encoded, _) = first.Norm(polynomials.FinalNorm, polynomials.NormEpsilon, name: "final_norm");
        if (Shape.HasNormVectors)
            encoded = encoded.TimesFrozen("final_norm.weight", "final_norm_weighted").PlusFrozen("final_norm.bias", "final_norm_biased");
        using var scope = Graph.Scope("head");
        _head ??= Graph.Parameter("classifier", model.Head.Classifier).HeadWeights(
            Graph.Parameter("projection", model.Head.PackedWeights(model.Head.Input)),
            Graph.Parameter("dense", model.Head.PackedWeights(model.Head.Hidden)), model.Head);
        return encoded.ClassificationHead(_head, model.Head, polynomials.Tanh);
    }

    private Tensor FirstToken(Tensor stream, Tensor normalized, Tensor mask)
    {
        _query ??= QueryAdapter();
        return new LastLayer(Settings(Last)).Forward(stream, normalized, mask, Adapters(Last), _query);
    }

    private Adapter QueryAdapter()
    {
        var rows = model.QueryAdapter;
        var factors = Graph.Parameter("query_adapter", rows.Layout).UnpackExampleRows(rows.A, rows.B);
        return new Adapter(factors[0], factors[1]);
    }

    private Tensor Normalized(Tensor before, int layer) => before.Norm(
        polynomials.AttentionNorms[layer]!, polynomials.NormEpsilon, name: $"{LayerName(layer)}.attention_norm").Normalized;

    private LayerSettings Settings(int layer) => new(
        LayerName(layer), Shape, model.Placement, polynomials.FeedForwardNorms[layer], polynomials.NormEpsilon, scales.OfLayer(layer))
    {
        ReadsWeightedNorm = layer == 0 && rewrites.ClientNorm,
        KernelPower = Shape.KernelPowers[layer],
        KernelDomain = polynomials.KernelDomains?[layer],
        GateStep = polynomials.Gates?[layer],
    };

    private Dictionary<string, Adapter> Adapters(int layer)
    {
        if (_adapters.TryGetValue(layer, out var known))
            return known;
        var names = model.ProjectionsOf(layer).ToArray();
        var factors = _packed!.Unpack(
            model.Packing, [.. names.SelectMany(name => new[] { $"{LayerName(layer)}.{name}.a", $"{LayerName(layer)}.{name}.b" })]);
        var adapters = names.Select((name, i) => (name, new Adapter(factors[2 * i], factors[2 * i + 1]))).ToDictionary();
        _adapters.Add(layer, adapters);
        return adapters;
    }
}
