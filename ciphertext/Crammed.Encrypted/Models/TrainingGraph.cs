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
    /// <summary>Name of the output of <see cref="Logits"/>.</summary>
    public const string FirstLogits = "first_logits";

    private static readonly string[] Projections = ["query", "key", "value"];

    private readonly GraphRewrites _rewrites;

    /// <param name="shape">of the model</param>
    /// <param name="grid">the slots: tokens and examples of a batch, blocks of features</param>
    /// <param name="polynomials">of the model</param>
    /// <param name="scales">of the adapters</param>
    /// <param name="rewrites">null for all</param>
    /// <param name="microBatches">batches of the grid's size that a step trains on, one after the other</param>
    /// <exception cref="ArgumentException">the model does not fit in the grid</exception>
    public TrainingGraph(
        ModelShape shape, SlotGrid grid, ModelPolynomials polynomials, AdapterScales scales, GraphRewrites? rewrites = null,
        int microBatches = 1)
    {
        _rewrites = rewrites ?? new GraphRewrites();
        (Shape, Graph, Placement) = (shape, new Graph(grid), ModelPlacement.Of(shape, grid));
        Head = new HeadShape(grid, Placement.Stream, shape.HeadProjection, shape.HeadHidden, shape.Outputs);
        Packing = new FactorPacking(grid, AdapterFactors());
        QueryAdapter = new QueryAdapterRows(grid, Placement, shape.Rank);
        MicroBatches = microBatches;
        var pass = new ForwardPass(this, polynomials, scales, _rewrites);
        var seeds = Enumerable.Range(0, microBatches).Select(batch => Batch(pass, polynomials.Loss, batch)).ToArray();
        Logits = seeds[0].Logits;
        Gradients = Graph.Differentiate(seeds);
        Graph.Output(FirstLogits, Logits);
        Graph.Output("logits", Graph.JoinBatches("logits", [.. seeds.Select(seed => seed.Logits)]));
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

    /// <summary>Batches of the grid's size in a step.</summary>
    public int MicroBatches { get; }

    /// <summary>Examples of a step.</summary>
    public int StepExamples => MicroBatches * Graph.Grid.Examples;

    /// <summary>[example, class] of the first micro-batch.</summary>
    public Tensor Logits { get; }

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

    /// <summary>What the names of a micro-batch's tensors begin with: nothing of the first one's, which are those of an evaluation.</summary>
    public static string BatchScope(int batch) => batch == 0 ? "" : $"{ProgramParts.Batch}{batch + 1}";

    /// <summary>Logits of a micro-batch, and the gradient of the mean loss by them, times the loss scale.</summary>
    private (Tensor Logits, Tensor Gradient) Batch(ForwardPass pass, TaskLoss loss, int batch)
    {
        using var scope = batch == 0 ? null : Graph.Scope(BatchScope(batch));
        var logits = pass.Logits();
        var labels = Graph.Input("labels", Head.Logits);
        var weights = Graph.Input("example_weights", Graph.Grid.PerExample());
        return (logits, loss.Gradient(logits, labels, weights, Head, StepExamples));
    }

    /// <summary>Factors of all adapters of every token: but for the last layer's query where that meets one token only.</summary>
    private IEnumerable<(string Name, int Rank, FeatureBlocks Features)> AdapterFactors() =>
        from layer in Enumerable.Range(0, Shape.Layers)
        from projection in ProjectionsOf(layer)
        from factor in new[] { ("a", Placement.Stream), ("b", Placement.Heads.Features) }
        select ($"{ForwardPass.LayerName(layer)}.{projection}.{factor.Item1}", Shape.Rank, factor.Item2);

    /// <summary>Projections of a layer whose adapters are those of every token.</summary>
    internal IEnumerable<string> ProjectionsOf(int layer) =>
        layer == Shape.Layers - 1 && _rewrites.FirstTokenOnly ? Projections[1..] : Projections;
}
