using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Tensors;

/// <summary>For each query the sum over keys of score times value. One level.</summary>
internal sealed class WeightedValues : Operation
{
    private readonly HeadBlocks _heads;

    /// <exception cref="ArgumentException">the scores are no maps of these heads, or the values do not lie as their features</exception>
    public WeightedValues(string name, Tensor scores, Tensor values, HeadBlocks heads) : base(name, scores, values)
    {
        _heads = heads;
        RequireLayout(scores, values.Layout.Grid.ScoreMaps(heads));
        RequireLayout(values, values.Layout.Grid.Features(heads.Features));
    }

    public override IReadOnlyList<(string Name, Layout Layout)> ResultLayouts => [("", Operands[1].Layout)];

    public override IReadOnlyList<Value> Lower(ProgramBuilder program, IReadOnlyList<Value> operands)
    {
        var loops = new HeadLoops(program.Grid, _heads);
        var values = loops.AtKeys(program, "values", operands[1]);
        var parts = program.Products(
            "parts", loops.FeaturesBy(loops.Giant), ProgramBuilder.Product(operands[0], values[loops.Baby, loops.Feature], loops.Baby));
        return [loops.SumToQueries(program, "sums", parts)];
    }

    public override IReadOnlyList<Tensor?> Gradients(Graph graph, IReadOnlyList<Tensor?> gradients)
    {
        var results = graph.Add(new WeightedValuesGradient("weighted", gradients[0]!, Operands[0], Operands[1], _heads)).GetEnumerator();
        return [.. Operands.Select(operand => operand.RequiresGradient && results.MoveNext() ? results.Current : null)];
    }
}

/// <summary>
/// Gradients of scores, dS_ij = dO_i v_j, and values, dv_j = sum over i of S_ij dO_i. Only those that are wanted. The scores' is in parts
/// of sums if a head has several blocks. One level.
/// </summary>
internal sealed class WeightedValuesGradient : Operation
{
    private readonly HeadBlocks _heads;

    /// <exception cref="ArgumentException">the gradient does not lie as the values</exception>
    public WeightedValuesGradient(string name, Tensor gradient, Tensor scores, Tensor values, HeadBlocks heads)
        : base(name, gradient, scores, values)
    {
        _heads = heads;
        RequireLayout(gradient, values.Layout);
    }

    public override IReadOnlyList<(string Name, Layout Layout)> ResultLayouts
    {
        get
        {
            (string, Layout)[] all =
                [("scores", Operands[1].Layout with { Unsummed = _heads.BlocksPerHead > 1 }), ("values", Operands[2].Layout)];
            return [.. all.Where((_, i) => Operands[i + 1].RequiresGradient)];
        }
    }

    public override IReadOnlyList<Value> Lower(ProgramBuilder program, IReadOnlyList<Value> operands)
    {
        var loops = new HeadLoops(program.Grid, _heads);
        var gradients = loops.AtQueries(program, "gradients", operands[0])[loops.Giant, loops.Feature];
        var results = new List<Value>();
        if (Operands[1].RequiresGradient)
        {
            var values = loops.AtKeys(program, "at_keys", operands[2])[loops.Baby, loops.Feature];
            results.Add(program.Products("scores", loops.Maps, ProgramBuilder.Product(gradients, values, loops.Column)));
        }
        if (Operands[2].RequiresGradient)
        {
            var parts = program.Products(
                "parts", loops.FeaturesBy(loops.Baby), ProgramBuilder.Product(operands[1], gradients, loops.Giant));
            results.Add(loops.SumToKeys(program, "values", parts));
        }
        return results;
    }
}

public static partial class TensorFunctions
{
    /// <summary>For each query the sum over keys of score times value. One level.</summary>
    /// <param name="scores">[example, token, head, giant, baby], see <see cref="AttentionLayouts.ScoreMaps"/></param>
    /// <param name="values">[example, token, feature]</param>
    /// <param name="heads">how heads lie among the features</param>
    /// <param name="name">of the result</param>
    /// <exception cref="ArgumentException">scores or values lie in another way</exception>
    public static Tensor WeightedValues(this Tensor scores, Tensor values, HeadBlocks heads, string name = "weighted_values") =>
        scores.Graph.AddSingle(new WeightedValues(name, scores, values, heads));
}
