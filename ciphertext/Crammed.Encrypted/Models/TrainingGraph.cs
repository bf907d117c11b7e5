using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;
using Crammed.Encrypted.Tensors;

namespace Crammed.Encrypted.Models;

/// <summary>The polynomials of a model.</summary>
/// <param name="AttentionNorms">inverse roots of the norms before attention, one a layer; null where the client computes the norm</param>
/// <param name="FeedForwardNorms">of the norms before the feed-forward parts, one a layer</param>
/// <param name="FinalNorm">of the norm before the head</param>
/// <param name="Tanh">the head's</param>
/// <param name="Loss">of the task</param>
public sealed record ModelPolynomials(
    IReadOnlyList<InverseRoot?> AttentionNorms, IReadOnlyList<InverseRoot> FeedForwardNorms, InverseRoot FinalNorm, UnitPolynomial Tanh,
    TaskLoss Loss)
{
    /// <summary>Of the kernels' bases 1 + x/2^k, one a layer; null for any.</summary>
    public IReadOnlyList<ValueDomain>? KernelDomains { get; init; }

    /// <summary>Of the gates' ReLUs, one a layer; null where gates are bilinear.</summary>
    public IReadOnlyList<StepFunction>? Gates { get; init; }

    /// <summary>Added to the mean square of what is normalized.</summary>
    public double NormEpsilon { get; init; }
}

/// <summary>Factors of adapters: alpha / rank, and what the kernel's argument has beside |q - k|^2, as a factor of q and of k.</summary>
/// <param name="Value">of the value's adapters</param>
/// <param name="QueryAndKey">of the query's and the key's, one a layer, since kernels differ</param>
public sealed record AdapterScales(double Value, IReadOnlyList<double> QueryAndKey)
{
    internal IReadOnlyDictionary<string, double> OfLayer(int layer) =>
        new Dictionary<string, double> { ["query"] = QueryAndKey[layer], ["key"] = QueryAndKey[layer], ["value"] = Value };
}

/// <summary>
/// A step of fine-tuning as a graph: forward pass, loss, backward pass. Trained are adapters on query, key and value of every layer, and the
/// head; what lies before the first adapter, the embedding and, unless it is asked for, the first norm, is the client's.
/// </summary>
public sealed class TrainingGraph
{
    private static readonly string[] Projections = ["query", "key", "value"];

    private readonly GraphRewrites _rewrites;

    /// <param name="shape">of the model</param>
    /// <param name="grid">the slots: tokens and examples of a batch, blocks of features</param>
    /// <param name="polynomials">of the model</param>
    /// <param name="scales">of the adapters</param>
    /// <param name="rewrites">null for all</param>
    /// <exception cref="ArgumentException">the model does not fit in the grid</exception>
    public TrainingGraph(
        ModelShape shape, SlotGrid grid, ModelPolynomials polynomials, AdapterScales scales, GraphRewrites? rewrites = null)
    {
        _rewrites = rewrites ?? new GraphRewrites();
        (Shape, Graph, Placement) = (shape, new Graph(grid), ModelPlacement.Of(shape, grid));
        Head = new HeadShape(grid, Placement.Stream, shape.HeadProjection, shape.HeadHidden, shape.Outputs);
        Packing = new FactorPacking(grid, AdapterFactors());
        QueryAdapter = new QueryAdapterRows(grid, Placement, shape.Rank);
        Logits = Forward(polynomials, scales);
        var labels = Graph.Input("labels", Head.Logits);
        var weights = Graph.Input("example_weights", grid.PerExample());
        LossGradient = polynomials.Loss.Gradient(Logits, labels, weights, Head, grid.Examples);
        Gradients = Graph.Differentiate((Logits, LossGradient));
        Graph.Output("logits", Logits);
        foreach (var (parameter, gradient) in Gradients)
            Graph.Output($"{parameter.Name}.gradient", gradient);
    }

    public ModelShape Shape { get; }

    public ModelPlacement Placement { get; }

    public Graph Graph { get; }

    /// <summary>How the head lies in the slots.</summary>
    public HeadShape Head { get; }

    /// <summary>Where the factors of adapters of all tokens lie: layers.N.projection.a and .b.</summary>
    public FactorPacking Packing { get; }

    /// <summary>Where the last layer's query adapter lies.</summary>
    public QueryAdapterRows QueryAdapter { get; }

    /// <summary>[example, class]</summary>
    public Tensor Logits { get; }

    /// <summary>The gradient of the mean loss by the logits, times the loss scale.</summary>
    public Tensor LossGradient { get; }

    /// <summary>Of each packed parameter, times the loss scale.</summary>
    public IReadOnlyDictionary<Tensor, Tensor> Gradients { get; }

    /// <summary>
    /// Adds the update of every packed parameter: inputs NAME.STATE for each of the optimizer's states, outputs of the same names and NAME.
    /// </summary>
    public void AddUpdate(IOptimizer optimizer)
    {
        foreach (var (parameter, gradient) in Gradients)
        {
            using var scope = Graph.Scope($"{parameter.Name}.update");
            var states = optimizer.States.Select(name => Graph.Input(name, parameter.Layout)).ToArray();
            var (updated, after) = optimizer.Update(parameter, gradient, states);
            Graph.Output(parameter.Name, updated);
            foreach (var (before, now) in states.Zip(after))
                Graph.Output(before.Name, now);
        }
    }

    private static string LayerName(int layer) => $"layers.{layer}";

    /// <summary>Factors of all adapters of every token: but for the last layer's query where that meets one token only.</summary>
    private IEnumerable<(string Name, int Rank, FeatureBlocks Features)> AdapterFactors() =>
        from layer in Enumerable.Range(0, Shape.Layers)
        from projection in ProjectionsOf(layer)
        from factor in new[] { ("a", Placement.Stream), ("b", Placement.Heads.Features) }
        select ($"{LayerName(layer)}.{projection}.{factor.Item1}", Shape.Rank, factor.Item2);

    private IEnumerable<string> ProjectionsOf(int layer) =>
        layer == Shape.Layers - 1 && _rewrites.FirstTokenOnly ? Projections[1..] : Projections;

    private Tensor Forward(ModelPolynomials polynomials, AdapterScales scales)
    {
        var grid = Graph.Grid;
        var stream = Graph.Input("embedding", grid.Features(Placement.Stream));
        var normalized = _rewrites.ClientNorm ? Graph.Input("normalized_embedding", stream.Layout) : Normalized(stream, 0);
        var mask = Graph.Input("mask", grid.PerToken());
        var adapters = Graph.Parameter("adapters", Packing.Layout);
        var last = Shape.Layers - 1;
        for (var layer = 0; layer < (_rewrites.FirstTokenOnly ? last : Shape.Layers); layer++)
        {
            stream = new EncoderLayer(Settings(layer)).Forward(stream, normalized, mask, Adapters(layer));
            if (layer < last)
                normalized = Normalized(stream, layer + 1);
        }
        var first = _rewrites.FirstTokenOnly ? LastToken() : stream.SpreadFirstToken(LastLayer.StreamRows);
        var (encoded, _) = first.Norm(polynomials.FinalNorm, polynomials.NormEpsilon, name: "final_norm");
        if (Shape.HasNormVectors)
            encoded = encoded.TimesFrozen("final_norm.weight", "final_norm_weighted").PlusFrozen("final_norm.bias", "final_norm_biased");
        using var scope = Graph.Scope("head");
        return encoded.ClassificationHead(
            Graph.Parameter("projection", Head.PackedWeights(Head.Input)), Graph.Parameter("dense", Head.PackedWeights(Head.Hidden)),
            Graph.Parameter("classifier", Head.Classifier), Head, polynomials.Tanh);

        Tensor LastToken()
        {
            var query = Graph.Parameter("query_adapter", QueryAdapter.Layout).UnpackExampleRows(QueryAdapter.A, QueryAdapter.B);
            return new LastLayer(Settings(last)).Forward(stream, normalized, mask, Adapters(last), new Adapter(query[0], query[1]));
        }

        Tensor Normalized(Tensor before, int layer) => before.Norm(
            polynomials.AttentionNorms[layer]!, polynomials.NormEpsilon, name: $"{LayerName(layer)}.attention_norm").Normalized;

        LayerSettings Settings(int layer) =>
            new(LayerName(layer), Shape, Placement, polynomials.FeedForwardNorms[layer], polynomials.NormEpsilon, scales.OfLayer(layer))
            {
                ReadsWeightedNorm = layer == 0 && _rewrites.ClientNorm,
                KernelPower = Shape.KernelPowers[layer],
                KernelDomain = polynomials.KernelDomains?[layer],
                GateStep = polynomials.Gates?[layer],
            };

        Dictionary<string, Adapter> Adapters(int layer)
        {
            var names = ProjectionsOf(layer).ToArray();
            var factors = adapters.Unpack(Packing, [.. names.SelectMany(name => new[] { $"{LayerName(layer)}.{name}.a", $"{LayerName(layer)}.{name}.b" })]);
            return names.Select((name, i) => (name, new Adapter(factors[2 * i], factors[2 * i + 1]))).ToDictionary();
        }
    }
}
