using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Tensors;

/// <summary>
/// 1 - |q - k|^2 for each head and pair of tokens, as maps: the base of the kernel (1 + x / 2^p)^(2^p) of x = -|Q - K|^2 / (2 sqrt(d)),
/// where the frozen projections and the adapters' scale make q = Q / sqrt(2^(p + 1) sqrt(d)), and k likewise. One level; two if a head has
/// several blocks.
/// </summary>
internal sealed class KernelBase : Operation
{
    private readonly HeadBlocks _heads;
    private readonly ValueDomain? _domain;

    /// <exception cref="ArgumentException">query and key do not lie as features of these heads</exception>
    public KernelBase(string name, Tensor query, Tensor key, HeadBlocks heads, ValueDomain? domain) : base(name, query, key)
    {
        (_heads, _domain) = (heads, domain);
        foreach (var operand in Operands)
            RequireLayout(operand, query.Layout.Grid.Features(heads.Features));
    }

    public override IReadOnlyList<(string Name, Layout Layout)> ResultLayouts => [("", Operands[0].Layout.Grid.ScoreMaps(_heads))];

    public override IReadOnlyList<Value> Lower(ProgramBuilder program, IReadOnlyList<Value> operands)
    {
        var (loops, blocks) = (new HeadLoops(program.Grid, _heads), _heads.Features.Blocks);
        var queries = loops.AtQueries(program, "queries", operands[0]);
        var keys = loops.AtKeys(program, "keys", operands[1]);
        var distances = program.SquaredDifferences(
            "distances", loops.Maps, queries[loops.Giant, loops.Feature], keys[loops.Baby, loops.Feature], loops.Column);
        distances = program.SumOverDigit("over_blocks", distances, 1, _heads.BlocksPerHead);
        // Blocks without a head stay zero.
        var one = blocks == program.Grid.Blocks ? 1 : SlotMask.Where(SlotCondition.Below(1, program.Grid.Blocks, blocks));
        return [program.Within(program.SumPlus("base", loops.Maps, [one], ProgramBuilder.Term(distances, -1)), _domain)];
    }

    public override IReadOnlyList<Tensor?> Gradients(Graph graph, IReadOnlyList<Tensor?> gradients)
    {
        var gradient = new KernelBaseGradient("distances", gradients[0]!.SumCopies(), Operands[0], Operands[1], _heads);
        var results = graph.Add(gradient).GetEnumerator();
        return [.. Operands.Select(operand => operand.RequiresGradient && results.MoveNext() ? results.Current : null)];
    }
}

/// <summary>
/// Gradients of queries and keys from that of 1 - |q - k|^2, du: dq_i = 2 sum over j of du_ij (k_j - q_i), dk_j = 2 sum over i of
/// du_ij (q_i - k_j). Only those that are wanted. One level.
/// </summary>
internal sealed class KernelBaseGradient : Operation
{
    private readonly HeadBlocks _heads;

    /// <exception cref="ArgumentException">the gradient is no map of these heads, or in parts of sums</exception>
    public KernelBaseGradient(string name, Tensor gradient, Tensor query, Tensor key, HeadBlocks heads) : base(name, gradient, query, key)
    {
        _heads = heads;
        RequireLayout(gradient, query.Layout.Grid.ScoreMaps(heads));
    }

    public override IReadOnlyList<(string Name, Layout Layout)> ResultLayouts
    {
        get
        {
            (string, Layout)[] all = [("query", Operands[1].Layout), ("key", Operands[2].Layout)];
            return [.. all.Where((_, i) => Operands[i + 1].RequiresGradient)];
        }
    }

    public override IReadOnlyList<Value> Lower(ProgramBuilder program, IReadOnlyList<Value> operands)
    {
        var (loops, maps) = (new HeadLoops(program.Grid, _heads), operands[0]);
        var queries = loops.AtQueries(program, "queries", operands[1])[loops.Giant, loops.Feature];
        var keys = loops.AtKeys(program, "keys", operands[2])[loops.Baby, loops.Feature];
        var results = new List<Value>();
        if (Operands[1].RequiresGradient)
            results.Add(loops.SumToQueries(program, "query", Parts(loops.Giant, loops.Baby, keys, queries)));
        if (Operands[2].RequiresGradient)
            results.Add(loops.SumToKeys(program, "key", Parts(loops.Baby, loops.Giant, queries, keys)));
        return results;

        // 2 (sum over the other side of du times the other, minus (sum over the other side of du) times its own).
        Value Parts(Axis own, Axis other, Operand others, Operand owns)
        {
            var total = program.Sum($"by_{own.Name}", loops.MapsBy(own), ProgramBuilder.Term(maps, 1, other));
            return program.Products(
                $"parts_by_{own.Name}", loops.FeaturesBy(own), ProgramBuilder.Product(maps, others, other) with { Factor = 2 },
                ProgramBuilder.Product(total, owns) with { Factor = -2 });
        }
    }
}

public static partial class TensorFunctions
{
    /// <summary>1 - |q - k|^2 for each head and pair of tokens. One level; two if a head has several blocks.</summary>
    /// <param name="query">[example, token, feature]</param>
    /// <param name="key">the same</param>
    /// <param name="heads">how heads lie among the features</param>
    /// <param name="domain">of the result; null for any</param>
    /// <param name="name">of the result</param>
    /// <returns>[example, token, head, giant, baby], see <see cref="AttentionLayouts.ScoreMaps"/></returns>
    /// <exception cref="ArgumentException">query or key lies in another way</exception>
    public static Tensor KernelBase(
        this Tensor query, Tensor key, HeadBlocks heads, ValueDomain? domain = null, string name = "kernel_base") =>
        query.Graph.AddSingle(new KernelBase(name, query, key, heads, domain));
}
