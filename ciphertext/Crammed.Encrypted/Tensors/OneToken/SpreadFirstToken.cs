using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Tensors;

/// <summary>The first token of [example, token, feature] as [example, feature], spread along the token axis. One level.</summary>
internal sealed class SpreadFirstToken : Operation
{
    private readonly FeatureBlocks _features;
    private readonly int _rowStep;

    /// <exception cref="ArgumentException">the operand has another layout, or its columns do not fit on the tokens</exception>
    public SpreadFirstToken(string name, Tensor tokens, int rowStep) : base(name, tokens)
    {
        _features = RequireFeatures(tokens);
        _rowStep = rowStep;
        ResultLayouts = [("", tokens.Layout.Grid.Spread(_features, rowStep))];
    }

    public override IReadOnlyList<(string Name, Layout Layout)> ResultLayouts { get; }

    public override IReadOnlyList<Value> Lower(ProgramBuilder program, IReadOnlyList<Value> operands)
    {
        var (column, stride) = (operands[0].Axes[0], program.Grid.TokenStride);
        var first = program.Masked("first", [column], ProgramBuilder.Mask(operands[0], FirstToken(program.Grid)));
        return [program.RotateAndSum("spread", [], first[column], column * (-_rowStep * stride), column)];
    }

    public override IReadOnlyList<Tensor?> Gradients(Graph graph, IReadOnlyList<Tensor?> gradients) =>
        [graph.AddSingle(new FirstTokenGradient("tokens", gradients[0]!))];

    /// <summary>1 at the first token.</summary>
    internal static SlotMask FirstToken(SlotGrid grid) => SlotMask.Where(SlotCondition.Is(grid.TokenStride, grid.Tokens, 0));
}

/// <summary>
/// [example, token, feature] from the first token's features, spread along the token axis; zero at all other tokens. One level.
/// </summary>
internal sealed class FirstTokenGradient : Operation
{
    private readonly FeatureBlocks _features;
    private readonly int _rowStep;

    /// <exception cref="ArgumentException">the operand is not spread</exception>
    public FirstTokenGradient(string name, Tensor gradient) : base(name, gradient) =>
        (_features, _rowStep) = RequireSpread(gradient);

    public override IReadOnlyList<(string Name, Layout Layout)> ResultLayouts => [("", Operands[0].Layout.Grid.Features(_features))];

    public override IReadOnlyList<Value> Lower(ProgramBuilder program, IReadOnlyList<Value> operands)
    {
        var column = new Axis(TensorLayouts.Feature, _features.Columns);
        var turned = program.Rotate("turned", [column], operands[0], column * (_rowStep * program.Grid.TokenStride));
        return [program.Masked("tokens", [column], ProgramBuilder.Mask(turned, SpreadFirstToken.FirstToken(program.Grid)))];
    }
}

public static partial class TensorFunctions
{
    /// <summary>The first token, spread along the token axis. One level, and one for the gradient.</summary>
    /// <param name="tokens">[example, token, feature]</param>
    /// <param name="rowStep">tokens from one column to the next</param>
    /// <param name="name">of the result</param>
    /// <returns>[example, feature], as <see cref="TensorLayouts.Spread"/></returns>
    /// <exception cref="ArgumentException">the operand has another layout, or its columns do not fit on the tokens</exception>
    public static Tensor SpreadFirstToken(this Tensor tokens, int rowStep, string name = "first_token") =>
        tokens.Graph.AddSingle(new SpreadFirstToken(name, tokens, rowStep));
}
