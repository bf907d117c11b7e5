using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Tensors;

/// <summary>A spread token on pairs of tokens. No level.</summary>
internal sealed class HeadInput : Operation
{
    private readonly HeadShape _shape;

    /// <exception cref="ArgumentException">the operand has another layout</exception>
    public HeadInput(string name, Tensor x, HeadShape shape) : base(name, x)
    {
        _shape = shape;
        RequireLayout(x, shape.Grid.Spread(shape.Input.Blocks, 2));
    }

    public override IReadOnlyList<(string Name, Layout Layout)> ResultLayouts => [("", _shape.Pairs(_shape.Input))];

    public override IReadOnlyList<Value> Lower(ProgramBuilder program, IReadOnlyList<Value> operands) =>
        [program.Fold("pairs", operands[0], -program.Grid.TokenStride, 2)];

    public override IReadOnlyList<Tensor?> Gradients(Graph graph, IReadOnlyList<Tensor?> gradients) =>
        [graph.AddSingle(new HeadInputGradient("features", gradients[0]!, _shape))];
}

/// <summary>The gradient of a spread token from that of its pairs, summed or in parts. One level.</summary>
internal sealed class HeadInputGradient : Operation
{
    private readonly HeadShape _shape;

    /// <exception cref="ArgumentException">the operand has another layout</exception>
    public HeadInputGradient(string name, Tensor gradient, HeadShape shape) : base(name, gradient)
    {
        _shape = shape;
        RequireLayout(gradient, shape.Pairs(shape.Input) with { Unsummed = gradient.Layout.Unsummed });
    }

    public override IReadOnlyList<(string Name, Layout Layout)> ResultLayouts => [("", _shape.Grid.Spread(_shape.Input.Blocks, 2))];

    public override IReadOnlyList<Value> Lower(ProgramBuilder program, IReadOnlyList<Value> operands)
    {
        var stride = program.Grid.TokenStride;
        var summed = Operands[0].Layout.Unsummed ? program.Fold("summed", operands[0], stride, 2) : operands[0];
        return [program.Masked("features", [], ProgramBuilder.Mask(summed, SlotSums.FirstDigit(stride, 2)))];
    }
}
