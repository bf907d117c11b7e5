using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Tensors;

/// <summary>
/// The kernel of one query with the keys of all tokens, head by head: u^(2^k) with u = 1 - |query - key|^2, and 0 where the data has no
/// token. Besides: the slope u^(2^k - 1), in the first block of each head only, and the differences query - key, which the backward pass
/// takes.
/// </summary>
/// <remarks>
/// The mask of data multiplies u, not the kernel: once for kernel and slope, and what stands at tokens without data is zero before it is
/// raised to a power. Where a head has several blocks the same product carries the sum over them. Levels: 2 + k; the differences take none.
/// </remarks>
internal sealed class QueryKernel : Operation
{
    private readonly HeadBlocks _heads;
    private readonly int _power;
    private readonly ValueDomain? _domain;

    /// <exception cref="ArgumentException">the layouts do not fit</exception>
    /// <exception cref="ArgumentOutOfRangeException">the power is below 1</exception>
    public QueryKernel(string name, Tensor query, Tensor key, Tensor mask, HeadBlocks heads, int power, ValueDomain? domain)
        : base(name, query, key, mask)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(power, 1);
        var grid = key.Layout.Grid;
        (_heads, _power, _domain) = (heads, power, domain);
        RequireLayout(query, grid.OneToken(heads.Features));
        RequireLayout(key, grid.Features(heads.Features));
        RequireLayout(mask, grid.PerToken());
        ResultLayouts =
        [
            ("scores", grid.TokenScores(heads)), ("slope", grid.TokenScoresOnce(heads)), ("difference", key.Layout),
        ];
    }

    public override IReadOnlyList<(string Name, Layout Layout)> ResultLayouts { get; }

    public override IReadOnlyList<Value> Lower(ProgramBuilder program, IReadOnlyList<Value> operands)
    {
        var (query, key, mask) = (operands[0], operands[1], operands[2]);
        var loops = new HeadLoops(program.Grid, _heads);
        var difference = program.Sum("difference", key.Axes, ProgramBuilder.Term(query), ProgramBuilder.Term(key, -1));
        var distances = program.SquaredDifferences("distances", loops.Groups, query[loops.Feature], key[loops.Feature], loops.Column);
        var (once, everywhere) = Base(program, distances, mask);
        var (scores, slope) = (everywhere, once);
        for (var i = 0; i < _power; i++)
        {
            if (i > 0)
                slope = program.Multiply("slope", distances.Axes, slope, scores);
            scores = program.Multiply("square", distances.Axes, scores, scores);
        }
        return [scores, slope, difference];
    }

    /// <exception cref="NotSupportedException">slope or differences have a gradient: they are for the backward pass, not for the
    /// model</exception>
    public override IReadOnlyList<Tensor?> Gradients(Graph graph, IReadOnlyList<Tensor?> gradients)
    {
        if (gradients[1] is not null || gradients[2] is not null)
            throw new NotSupportedException($"{Name}: the slope and the differences of a kernel pass no gradient on");
        var results = graph.Add(new QueryKernelGradient("inputs", gradients[0]!, Results[1], Results[2], _heads, _power));
        return [results[0], results[1], null];
    }

    /// <summary>u where data is, in the first block of each head and in all of its blocks. Two levels.</summary>
    private (Value Once, Value Everywhere) Base(ProgramBuilder program, Value distances, Value mask)
    {
        var (axes, blocks) = (distances.Axes, _heads.BlocksPerHead);
        var first = FirstBlocks(program.Grid);
        var weight = first is null ? mask : program.Masked("first_blocks", [], ProgramBuilder.Mask(mask, first));
        var near = program.SumPlus("near", axes, [1], ProgramBuilder.Term(program.Fold("head_distances", distances, 1, blocks), -1));
        var once = program.Within(program.Multiply("base_once", axes, near, weight[[]]), _domain);
        return (once, program.Fold("base", once, -1, blocks));
    }

    /// <summary>1 in the first block of every head; null if that is every block.</summary>
    private SlotMask? FirstBlocks(SlotGrid grid)
    {
        var conditions = new List<SlotCondition>();
        if (_heads.BlocksPerHead > 1)
            conditions.Add(SlotCondition.Is(1, _heads.BlocksPerHead, 0));
        if (_heads.Features.Blocks < grid.Blocks)
            conditions.Add(SlotCondition.Below(1, grid.Blocks, _heads.Features.Blocks));
        return conditions.Count == 0 ? null : SlotMask.Where([.. conditions]);
    }
}

/// <summary>
/// Gradients of <see cref="QueryKernel"/>: with E = gradient of the kernel times slope, 2^(k+1) E (query - key) for the keys, its negative,
/// in parts of the sum over tokens, for the query. Two levels.
/// </summary>
internal sealed class QueryKernelGradient : Operation
{
    private readonly HeadBlocks _heads;
    private readonly int _power;

    /// <exception cref="ArgumentException">the layouts do not fit</exception>
    public QueryKernelGradient(string name, Tensor gradient, Tensor slope, Tensor difference, HeadBlocks heads, int power)
        : base(name, gradient, slope, difference)
    {
        var grid = difference.Layout.Grid;
        (_heads, _power) = (heads, power);
        RequireLayout(difference, grid.Features(heads.Features));
        RequireLayout(gradient, grid.TokenScores(heads) with { Unsummed = gradient.Layout.Unsummed });
        RequireLayout(slope, grid.TokenScoresOnce(heads));
        ResultLayouts = [("query", grid.OneToken(heads.Features) with { Unsummed = true }), ("key", grid.Features(heads.Features))];
    }

    public override IReadOnlyList<(string Name, Layout Layout)> ResultLayouts { get; }

    public override IReadOnlyList<Value> Lower(ProgramBuilder program, IReadOnlyList<Value> operands)
    {
        var (gradient, slope, difference) = (operands[0], operands[1], operands[2]);
        var loops = new HeadLoops(program.Grid, _heads);
        // The slope is zero but in a head's first block, so the sum over the head's blocks needs no mask.
        var summed = Operands[0].Layout.Unsummed ? program.Fold("head_gradient", gradient, 1, _heads.BlocksPerHead) : gradient;
        var once = program.Multiply("weight_once", gradient.Axes, summed, slope);
        var weight = program.Fold("weight", once, -1, _heads.BlocksPerHead);
        var products = program.Products(
            "products", [.. loops.Groups, loops.Column],
            ProgramBuilder.Product(weight, difference[loops.Feature]) with { Factor = 1L << (_power + 1) });
        var key = loops.Joined(program, "key", products);
        return [program.Sum("query", key.Axes, ProgramBuilder.Term(key, -1)), key];
    }
}

/// <summary>What <see cref="TensorFunctions.QueryKernel"/> makes.</summary>
/// <param name="Scores">[example, head, token]: the kernel</param>
/// <param name="Slope">[example, head, token]: its derivative by u, but for 2^k</param>
/// <param name="Difference">[example, token, feature]: query - key</param>
public sealed record QueryScores(Tensor Scores, Tensor Slope, Tensor Difference);

public static partial class TensorFunctions
{
    /// <summary>
    /// The kernel (1 - |query - key|^2)^(2^k) of one query with the keys of all tokens. Levels: 2 + k; for the gradient 2.
    /// </summary>
    /// <param name="query">[example, feature], repeated over tokens</param>
    /// <param name="key">[example, token, feature]</param>
    /// <param name="mask">[example, token]: 1 for data, 0 for none</param>
    /// <param name="heads">how heads lie among the features</param>
    /// <param name="power">k, at least 1</param>
    /// <param name="domain">of 1 - |query - key|^2 where there is data; null for any</param>
    /// <param name="name">of the results</param>
    /// <exception cref="ArgumentException">the layouts do not fit</exception>
    public static QueryScores QueryKernel(
        this Tensor query, Tensor key, Tensor mask, HeadBlocks heads, int power, ValueDomain? domain = null, string name = "kernel")
    {
        var results = query.Graph.Add(new QueryKernel(name, query, key, mask, heads, power, domain));
        return new QueryScores(results[0], results[1], results[2]);
    }
}
