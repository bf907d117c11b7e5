using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Tensors;

/// <summary>A spread token on pairs of tokens, with the constant 1 in a column of its own. No level.</summary>
internal sealed class HeadInput : Operation
{
    private readonly HeadShape _shape;

    /// <exception cref="ArgumentException">the operand has another layout</exception>
    public HeadInput(string name, Tensor x, HeadShape shape) : base(name, x)
    {
        _shape = shape;
        RequireLayout(x, shape.Grid.Spread(shape.Input, 2));
    }

    public override IReadOnlyList<(string Name, Layout Layout)> ResultLayouts => [("", _shape.Pairs(_shape.InputAndConstant))];

    public override IReadOnlyList<Value> Lower(ProgramBuilder program, IReadOnlyList<Value> operands)
    {
        var grid = program.Grid;
        var constant = SlotMask.Where(
            SlotCondition.Is(_shape.ColumnStride, _shape.Columns, _shape.Input.Columns), SlotCondition.Is(1, grid.Blocks, 0));
        var pairs = program.Fold("pairs", operands[0], -grid.TokenStride, 2);
        return [program.SumPlus("with_constant", [], [constant], ProgramBuilder.Term(pairs))];
    }

    public override IReadOnlyList<Tensor?> Gradients(Graph graph, IReadOnlyList<Tensor?> gradients) =>
        [graph.AddSingle(new HeadInputGradient("features", gradients[0]!, _shape))];
}

/// <summary>
/// The gradient of a spread token from that of its pairs, summed or in parts; the constant's column is left out. One level.
/// </summary>
internal sealed class HeadInputGradient : Operation
{
    private readonly HeadShape _shape;

    /// <exception cref="ArgumentException">the operand has another layout</exception>
    public HeadInputGradient(string name, Tensor gradient, HeadShape shape) : base(name, gradient)
    {
        _shape = shape;
        RequireLayout(gradient, shape.Pairs(shape.InputAndConstant) with { Unsummed = gradient.Layout.Unsummed });
    }

    public override IReadOnlyList<(string Name, Layout Layout)> ResultLayouts => [("", _shape.Grid.Spread(_shape.Input, 2))];

    public override IReadOnlyList<Value> Lower(ProgramBuilder program, IReadOnlyList<Value> operands)
    {
        var stride = program.Grid.TokenStride;
        var summed = Operands[0].Layout.Unsummed ? program.Fold("summed", operands[0], stride, 2) : operands[0];
        var features = SlotMask.Where(
            SlotCondition.Is(stride, 2, 0), SlotCondition.Below(_shape.ColumnStride, _shape.Columns, _shape.Input.Columns));
        return [program.Masked("features", [], ProgramBuilder.Mask(summed, features))];
    }
}
