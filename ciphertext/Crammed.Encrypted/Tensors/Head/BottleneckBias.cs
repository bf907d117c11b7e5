using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Tensors;

/// <summary>The bottleneck's bias beside its packed outputs: each example's columns are turned by its digit. One level.</summary>
internal sealed class BottleneckBias : Operation
{
    private readonly HeadShape _shape;

    /// <exception cref="ArgumentException">the operand has another layout</exception>
    public BottleneckBias(string name, Tensor bias, HeadShape shape) : base(name, bias)
    {
        _shape = shape;
        RequireLayout(bias, shape.BottleneckBias.Layout);
    }

    public override IReadOnlyList<(string Name, Layout Layout)> ResultLayouts => [("", _shape.PackedOutputs)];

    public override IReadOnlyList<Value> Lower(ProgramBuilder program, IReadOnlyList<Value> operands)
    {
        // The columns are the outermost digits of the slots, and their outputs repeat: rotations around the end are right.
        var turn = new Axis("turn", _shape.Diagonals);
        var turned = program.Rotate("turned", [turn], operands[0], turn * _shape.ColumnStride);
        return [program.Masked("bias", [], ProgramBuilder.Mask(turned, OfExamples(_shape, turn), turn))];
    }

    public override IReadOnlyList<Tensor?> Gradients(Graph graph, IReadOnlyList<Tensor?> gradients) =>
        [graph.AddSingle(new BottleneckBiasGradient("bias", gradients[0]!, _shape))];

    /// <summary>The examples whose columns are turned so far.</summary>
    internal static SlotMask OfExamples(HeadShape shape, Axis turn) =>
        SlotMask.Where(SlotCondition.Is(shape.Grid.ExampleStride, shape.Diagonals, turn));
}

/// <summary>The gradient of <see cref="BottleneckBias"/>, example by example: columns are turned back. One level.</summary>
internal sealed class BottleneckBiasGradient : Operation
{
    private readonly HeadShape _shape;

    /// <exception cref="ArgumentException">the operand has another layout</exception>
    public BottleneckBiasGradient(string name, Tensor gradient, HeadShape shape) : base(name, gradient)
    {
        _shape = shape;
        RequireLayout(gradient, shape.PackedOutputs);
    }

    public override IReadOnlyList<(string Name, Layout Layout)> ResultLayouts => [("", _shape.BottleneckBias.Layout)];

    public override IReadOnlyList<Value> Lower(ProgramBuilder program, IReadOnlyList<Value> operands)
    {
        var turn = new Axis("turn", _shape.Diagonals);
        var picked = program.Masked("picked", [turn], ProgramBuilder.Mask(operands[0], BottleneckBias.OfExamples(_shape, turn)));
        return [program.RotateAndSum("bias", [], picked, turn * -_shape.ColumnStride, turn)];
    }
}
