using Crammed.Encrypted.Programs;
using Crammed.Encrypted.Tensors;

namespace Crammed.Encrypted.Models;

/// <summary>An adapter of a projection: x A B times a scale.</summary>
/// <param name="A">[rank, feature of the stream], of tokens or of one spread token</param>
/// <param name="B">[rank, feature of the projection]</param>
public sealed record Adapter(Tensor A, Tensor B);

/// <summary>What a layer's forward pass is made of.</summary>
/// <param name="Name">prefix of its tensors and matrices</param>
/// <param name="Shape">of the model</param>
/// <param name="Placement">of its features</param>
/// <param name="FeedForwardNorm">inverse root of the norm before the feed-forward part</param>
/// <param name="NormEpsilon">added to mean squares</param>
/// <param name="AdapterScales">for each projection: alpha / rank, times the kernel's scale for query and key</param>
internal sealed record LayerSettings(
    string Name, ModelShape Shape, ModelPlacement Placement, InverseRoot FeedForwardNorm, double NormEpsilon,
    IReadOnlyDictionary<string, double> AdapterScales)
{
    /// <summary>k of the kernel (1 + x / 2^k)^(2^k).</summary>
    public required int KernelPower { get; init; }

    /// <summary>Of the kernel's base 1 + x/2^k; null for any.</summary>
    public ValueDomain? KernelDomain { get; init; }

    /// <summary>Of the gate's ReLU; null where the gate is bilinear.</summary>
    public StepFunction? GateStep { get; init; }

    /// <summary>A frozen matrix of this layer.</summary>
    public FrozenMatrix Matrix(string name) => new($"{Name}.{name}");

    /// <summary>
    /// Whether what attention reads has the norm's weight and bias already, as the first layer's has, which is the client's: then they are
    /// not in the matrices.
    /// </summary>
    public required bool ReadsWeightedNorm { get; init; }

    /// <summary>What adapters read: the norm with weight and bias. One level, where it is not given so.</summary>
    /// <param name="normalized">of every token, or of a spread one</param>
    public Tensor AdapterInput(Tensor normalized) => Shape.HasNormVectors && !ReadsWeightedNorm
        ? normalized.TimesFrozen($"{Name}.attention_norm.weight", "attention_norm_weighted")
            .PlusFrozen($"{Name}.attention_norm.bias", "attention_norm_biased")
        : normalized;

    /// <summary>A frozen projection of what attention reads, plus what the matrix makes of the norm's bias.</summary>
    public Tensor WithNormBias(Tensor product, string matrix) => ReadsWeightedNorm ? product : WithBias(product, matrix);

    /// <summary>What a frozen matrix makes of a norm, plus what it makes of the norm's bias, where norms have any.</summary>
    public Tensor WithBias(Tensor product, string matrix) =>
        Shape.HasNormVectors ? product.PlusFrozen($"{Name}.{matrix}.bias", $"{matrix}_with_bias") : product;

    /// <summary>The norm before the feed-forward part.</summary>
    public Tensor Normalize(Tensor stream) => stream.Norm(FeedForwardNorm, NormEpsilon, name: "feed_forward_norm").Normalized;

    /// <summary>
    /// The gated product of both halves: a g, or a relu(g). A ReLU's bound K divides the gate's matrix and multiplies the one behind, so that
    /// its polynomials need no map onto [-1, 1].
    /// </summary>
    public Tensor Gate(IReadOnlyList<Tensor> halves)
    {
        var (linear, gate) = (WithBias(halves[0], "expand"), WithBias(halves[1], "gate"));
        return GateStep is null ? linear * gate : gate.Relu(GateStep, linear);
    }

    /// <summary>Frozen projections, all in one map, plus their adapters, of every token; in the order of the names.</summary>
    public IReadOnlyList<Tensor> Project(Tensor normalized, IReadOnlyDictionary<string, Adapter> adapters, IReadOnlyList<string> names)
    {
        var frozen = normalized.Linear([.. names.Select(name => new LinearOutput($"frozen_{name}", Placement.Heads.Features, Matrix(name)))]);
        var read = AdapterInput(normalized);
        // Factors of one scale are applied together.
        var low = names.GroupBy(name => AdapterScales[name]).SelectMany(
            group => group.Zip(read.ProjectDown(group.Key, [.. group.Select(name => adapters[name].A)])))
            .ToDictionary(pair => pair.First, pair => pair.Second);
        return [.. names.Select((name, i) => WithNormBias(frozen[i] + low[name].ProjectUp(adapters[name].B, $"adapter_{name}"), name))];
    }
}
