using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Tensors;

/// <summary>
/// A low-rank adapter of a spread token, scale x A B, its factors given for each example. Besides: u = scale x A, which the backward pass
/// takes. Three levels; two to u.
/// </summary>
internal sealed class SpreadAdapter : Operation
{
    private readonly SpreadRanks _a;
    private readonly SpreadRanks _b;
    private readonly double _scale;

    /// <exception cref="ArgumentException">the layouts do not fit</exception>
    public SpreadAdapter(string name, Tensor x, Tensor a, Tensor b, double scale) : base(name, x, a, b)
    {
        (_a, _b, _scale) = (SpreadRanks.Of(name, a), SpreadRanks.Of(name, b), scale);
        RequireLayout(x, _a.Spread);
        if (_a.Rank != _b.Rank)
            throw new ArgumentException($"{name}: {a.Name} is of rank {_a.Rank}, {b.Name} of {_b.Rank}");
        ResultLayouts = [("", _b.Spread), ("low_rank", x.Layout.Grid.RanksPerExample(_a.Rank))];
    }

    public override IReadOnlyList<(string Name, Layout Layout)> ResultLayouts { get; }

    public override IReadOnlyList<Value> Lower(ProgramBuilder program, IReadOnlyList<Value> operands)
    {
        var lowRank = SpreadInnerProducts.Emit(program, operands[0], operands[1], _scale);
        return [SpreadRankSum.Emit(program, lowRank, operands[2]), lowRank];
    }

    /// <exception cref="NotSupportedException">u has a gradient: it is for the backward pass, not for the model</exception>
    public override IReadOnlyList<Tensor?> Gradients(Graph graph, IReadOnlyList<Tensor?> gradients)
    {
        if (gradients[1] is not null)
            throw new NotSupportedException($"{Name}: the values of low rank of an adapter pass no gradient on");
        var (gradient, x, a, b) = (gradients[0]!, Operands[0], Operands[1], Operands[2]);
        var lowRank = graph.AddSingle(new SpreadInnerProducts("low_rank", gradient, b, _scale));
        return
        [
            x.RequiresGradient ? graph.AddSingle(new SpreadRankSum("input", lowRank, a)) : null,
            a.RequiresGradient ? graph.AddSingle(new SpreadRankProducts("a", x, lowRank)) : null,
            b.RequiresGradient ? graph.AddSingle(new SpreadRankProducts("b", gradient, Results[1])) : null,
        ];
    }
}

/// <summary>
/// Scale times the inner products of a spread token with the vectors of a factor, repeated over tokens and blocks. Two levels.
/// </summary>
internal sealed class SpreadInnerProducts : Operation
{
    private readonly SpreadRanks _ranks;
    private readonly double _scale;

    /// <exception cref="ArgumentException">the layouts do not fit</exception>
    public SpreadInnerProducts(string name, Tensor x, Tensor factor, double scale) : base(name, x, factor)
    {
        (_ranks, _scale) = (SpreadRanks.Of(name, factor), scale);
        RequireLayout(x, _ranks.Spread);
    }

    public override IReadOnlyList<(string Name, Layout Layout)> ResultLayouts =>
        [("", Operands[0].Layout.Grid.RanksPerExample(_ranks.Rank))];

    public override IReadOnlyList<Value> Lower(ProgramBuilder program, IReadOnlyList<Value> operands) =>
        [Emit(program, operands[0], operands[1], _scale)];

    public static Value Emit(ProgramBuilder program, Value x, Value factor, double scale)
    {
        var grid = program.Grid;
        var products = program.Multiply("products", factor.Axes, x[[]], factor);
        var overTokens = program.Fold("over_tokens", products, grid.TokenStride, grid.Tokens);
        return program.SumOverDigit("over_blocks", overTokens, 1, grid.Blocks, scale);
    }
}

/// <summary>A spread token for each example: the sum over ranks of values times the vectors of a factor. One level.</summary>
internal sealed class SpreadRankSum : Operation
{
    private readonly SpreadRanks _ranks;

    /// <exception cref="ArgumentException">the layouts do not fit</exception>
    public SpreadRankSum(string name, Tensor values, Tensor factor) : base(name, values, factor)
    {
        _ranks = SpreadRanks.Of(name, factor);
        RequireLayout(values, factor.Layout.Grid.RanksPerExample(_ranks.Rank));
    }

    public override IReadOnlyList<(string Name, Layout Layout)> ResultLayouts => [("", _ranks.Spread)];

    public override IReadOnlyList<Value> Lower(ProgramBuilder program, IReadOnlyList<Value> operands) =>
        [Emit(program, operands[0], operands[1])];

    public static Value Emit(ProgramBuilder program, Value values, Value factor) =>
        program.Products("combination", [], ProgramBuilder.Product(values, factor, [.. factor.Axes]));
}

/// <summary>The factor of each example whose vectors are a spread token times a value for each rank. One level.</summary>
internal sealed class SpreadRankProducts : Operation
{
    /// <exception cref="ArgumentException">the layouts do not fit</exception>
    public SpreadRankProducts(string name, Tensor x, Tensor values) : base(name, x, values)
    {
        var (features, rowStep) = RequireSpread(x);
        var (grid, rank) = (x.Layout.Grid, values.Layout.Shape[^1]);
        RequireLayout(values, grid.RanksPerExample(rank));
        ResultLayouts = [("", grid.SpreadFactor(rank, features, rowStep))];
    }

    public override IReadOnlyList<(string Name, Layout Layout)> ResultLayouts { get; }

    public override IReadOnlyList<Value> Lower(ProgramBuilder program, IReadOnlyList<Value> operands) =>
        [program.Multiply("products", operands[1].Axes, operands[0][[]], operands[1])];
}

/// <summary>The rank of a factor of a spread token, and the layout of the token.</summary>
internal sealed record SpreadRanks(int Rank, Layout Spread)
{
    /// <exception cref="ArgumentException">the tensor does not lie as <see cref="OneTokenLayouts.SpreadFactor"/></exception>
    public static SpreadRanks Of(string name, Tensor factor)
    {
        var (grid, axes) = (factor.Layout.Grid, factor.Layout.Axes);
        if (axes is [var example, { Name: TensorLayouts.Rank } rank, var feature]
            && new Layout(grid, [example, feature], []) is var spread && spread.FeaturesSpread() is ({ } features, var rowStep)
            && factor.Layout == grid.SpreadFactor(rank.Size, features, rowStep))
        {
            return new SpreadRanks(rank.Size, spread);
        }
        throw new ArgumentException($"{name}: {factor.Name} lies as {factor.Layout}; an adapter of a spread token takes spread factors");
    }
}

public static partial class TensorFunctions
{
    /// <summary>
    /// A low-rank adapter of a spread token, scale x A B. Levels: 3; for the gradients 3 of x and A, and 1 of B.
    /// </summary>
    /// <param name="x">[example, feature], as <see cref="TensorLayouts.Spread"/></param>
    /// <param name="a">[example, rank, feature of x], as <see cref="OneTokenLayouts.SpreadFactor"/></param>
    /// <param name="b">[example, rank, feature of the result], likewise</param>
    /// <param name="scale">alpha / rank</param>
    /// <param name="name">of the result</param>
    /// <exception cref="ArgumentException">the layouts do not fit</exception>
    public static Tensor SpreadAdapter(this Tensor x, Tensor a, Tensor b, double scale, string name = "adapter") =>
        x.Graph.Add(new SpreadAdapter(name, x, a, b, scale))[0];
}
