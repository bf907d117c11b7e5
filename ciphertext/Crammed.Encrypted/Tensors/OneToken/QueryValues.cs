using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Tensors;

/// <summary>
/// The values of all tokens, weighted by one query's scores and summed over tokens, spread along the token axis. Three levels.
/// </summary>
internal sealed class QueryValues : Operation
{
    private readonly HeadBlocks _heads;
    private readonly TokenRows _rows;

    /// <exception cref="ArgumentException">the layouts do not fit, or the columns do not fit on the tokens</exception>
    public QueryValues(string name, Tensor scores, Tensor value, HeadBlocks heads, int rowStep) : base(name, scores, value)
    {
        var grid = value.Layout.Grid;
        _heads = heads;
        RequireLayout(value, grid.Features(heads.Features));
        _rows = new TokenRows(grid, rowStep);
        RequireLayout(scores, grid.TokenScores(heads));
        ResultLayouts = [("", grid.Spread(heads.Features, rowStep))];
    }

    public override IReadOnlyList<(string Name, Layout Layout)> ResultLayouts { get; }

    public override IReadOnlyList<Value> Lower(ProgramBuilder program, IReadOnlyList<Value> operands)
    {
        var loops = new HeadLoops(program.Grid, _heads);
        var weighted = program.Multiply("weighted", [.. loops.Groups, loops.Column], operands[0], operands[1][loops.Feature]);
        return [_rows.SumAndPack(program, loops.Joined(program, "columns", weighted))];
    }

    public override IReadOnlyList<Tensor?> Gradients(Graph graph, IReadOnlyList<Tensor?> gradients)
    {
        var repeated = gradients[0]!.RepeatOverTokens("gradient");
        return graph.Add(new QueryValuesGradient("inputs", repeated, Operands[0], Operands[1], _heads));
    }
}

/// <summary>
/// Gradients of <see cref="QueryValues"/>, from that of its result repeated over tokens: of the scores, in parts of the sum over a head's
/// blocks if it has several, and of the values. One level.
/// </summary>
internal sealed class QueryValuesGradient : Operation
{
    private readonly HeadBlocks _heads;

    /// <exception cref="ArgumentException">the layouts do not fit</exception>
    public QueryValuesGradient(string name, Tensor gradient, Tensor scores, Tensor value, HeadBlocks heads)
        : base(name, gradient, scores, value)
    {
        var grid = value.Layout.Grid;
        _heads = heads;
        RequireLayout(value, grid.Features(heads.Features));
        RequireLayout(gradient, grid.OneToken(heads.Features));
        RequireLayout(scores, grid.TokenScores(heads));
        ResultLayouts = [("scores", scores.Layout with { Unsummed = heads.BlocksPerHead > 1 }), ("value", value.Layout)];
    }

    public override IReadOnlyList<(string Name, Layout Layout)> ResultLayouts { get; }

    public override IReadOnlyList<Value> Lower(ProgramBuilder program, IReadOnlyList<Value> operands)
    {
        var (gradient, scores, value) = (operands[0], operands[1], operands[2]);
        var loops = new HeadLoops(program.Grid, _heads);
        var weighted = program.Multiply("weighted", [.. loops.Groups, loops.Column], scores, gradient[loops.Feature]);
        return
        [
            program.Products("scores", loops.Groups, ProgramBuilder.Product(gradient[loops.Feature], value[loops.Feature], loops.Column)),
            loops.Joined(program, "value", weighted),
        ];
    }
}

public static partial class TensorFunctions
{
    /// <summary>
    /// The values of all tokens, weighted by one query's scores and summed. Levels: 3; for the gradient 3, two of them for repeating it.
    /// </summary>
    /// <param name="scores">[example, head, token], as <see cref="OneTokenLayouts.TokenScores"/></param>
    /// <param name="value">[example, token, feature]</param>
    /// <param name="heads">how heads lie among the features</param>
    /// <param name="rowStep">tokens from one column of the result to the next</param>
    /// <param name="name">of the result</param>
    /// <returns>[example, feature], as <see cref="TensorLayouts.Spread"/></returns>
    /// <exception cref="ArgumentException">the layouts do not fit, or the columns do not fit on the tokens</exception>
    public static Tensor QueryValues(this Tensor scores, Tensor value, HeadBlocks heads, int rowStep, string name = "attended") =>
        scores.Graph.AddSingle(new QueryValues(name, scores, value, heads, rowStep));
}
