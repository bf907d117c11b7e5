using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Tensors;

/// <summary>
/// The second half of an adapter: the sum over ranks of u B, [example, token, feature]; or the sum of several adapters' that write into one
/// tensor. One level.
/// </summary>
internal sealed class UpProjection : Operation
{
    /// <exception cref="ArgumentException">a factor is not [rank, feature], the features differ, or the ranks do</exception>
    public UpProjection(string name, params (Tensor Ranks, Tensor Factor)[] terms)
        : base(name, [.. terms.SelectMany(term => new[] { term.Ranks, term.Factor })])
    {
        var grid = terms[0].Factor.Layout.Grid;
        var features = Features(terms[0].Factor);
        foreach (var (ranks, factor) in terms)
        {
            var rank = factor.Layout.Shape[0];
            RequireLayout(ranks, grid.Ranks(rank));
            RequireLayout(factor, grid.Factor(rank, features));
        }
    }

    public override IReadOnlyList<(string Name, Layout Layout)> ResultLayouts =>
        [("", Operands[0].Layout.Grid.Features(Features(Operands[1])))];

    public override IReadOnlyList<Value> Lower(ProgramBuilder program, IReadOnlyList<Value> operands)
    {
        var feature = operands[1].Axes[1];
        return [program.Products("sum", [feature], [.. operands.Chunk(2).Select((term, i) =>
        {
            var rank = new Axis($"rank{i}", term[0].Count);
            return ProgramBuilder.Product(term[0][rank], term[1][rank, feature], rank);
        })])];
    }

    /// <summary>du = dy B, in parts of its sum over blocks; dB = dy u.</summary>
    public override IReadOnlyList<Tensor?> Gradients(Graph graph, IReadOnlyList<Tensor?> gradients) =>
        [.. Operands.Select((operand, i) => !operand.RequiresGradient ? null
            : graph.AddSingle(i % 2 == 0
                ? new RankProducts("ranks", gradients[0]!, Operands[i + 1])
                : new OuterProducts("factor", gradients[0]!, Operands[i - 1])))];

    private FeatureBlocks Features(Tensor factor) => factor.Layout.FeaturesAcross()
        ?? throw new ArgumentException($"{Name}: {factor.Name} lies as {factor.Layout}; an adapter's factor is [rank, feature]");
}

public static partial class TensorFunctions
{
    /// <summary>The second half of an adapter: the sum over ranks of u B. One level.</summary>
    /// <param name="ranks">u, [example, token, rank]</param>
    /// <param name="factor">B, [rank, feature]</param>
    /// <param name="name">of the result</param>
    /// <exception cref="ArgumentException">the layouts do not fit</exception>
    public static Tensor ProjectUp(this Tensor ranks, Tensor factor, string name = "up") =>
        ranks.Graph.AddSingle(new UpProjection(name, (ranks, factor)));
}
