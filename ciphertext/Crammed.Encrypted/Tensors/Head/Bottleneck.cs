using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Tensors;

/// <summary>
/// The bottleneck's outputs but for their bias, from features on pairs of tokens and the diagonals of the weights: products, summed over
/// columns and blocks. Three levels.
/// </summary>
internal sealed class Bottleneck : Operation
{
    private readonly HeadShape _shape;

    /// <exception cref="ArgumentException">the layouts do not fit</exception>
    public Bottleneck(string name, Tensor x, Tensor weights, HeadShape shape) : base(name, x, weights)
    {
        _shape = shape;
        RequireLayout(x, shape.Pairs(shape.Input));
        RequireLayout(weights, shape.WeightDiagonals(shape.Input));
    }

    public override IReadOnlyList<(string Name, Layout Layout)> ResultLayouts => [("", _shape.PackedOutputs)];

    public override IReadOnlyList<Value> Lower(ProgramBuilder program, IReadOnlyList<Value> operands)
    {
        var products = program.Multiply("products", operands[1].Axes, operands[0][[]], operands[1]);
        return [SumDiagonals.Emit(program, _shape, products)];
    }

    public override IReadOnlyList<Tensor?> Gradients(Graph graph, IReadOnlyList<Tensor?> gradients)
    {
        var expanded = graph.AddSingle(new ExpandDiagonals("gradient", gradients[0]!, _shape));
        return graph.Add(new BottleneckGradient("inputs", expanded, Operands[0], Operands[1], _shape));
    }
}

/// <summary>
/// Gradients of <see cref="Bottleneck"/> from those of its outputs on diagonals: of the features, in parts of the sum over a pair of
/// tokens, and of the weights' diagonals. One level.
/// </summary>
internal sealed class BottleneckGradient : Operation
{
    /// <exception cref="ArgumentException">the layouts do not fit</exception>
    public BottleneckGradient(string name, Tensor gradient, Tensor x, Tensor weights, HeadShape shape) : base(name, gradient, x, weights)
    {
        RequireLayout(gradient, shape.OutputDiagonals);
        RequireLayout(x, shape.Pairs(shape.Input));
        RequireLayout(weights, shape.WeightDiagonals(shape.Input));
    }

    public override IReadOnlyList<(string Name, Layout Layout)> ResultLayouts =>
        [("input", Operands[1].Layout with { Unsummed = true }), ("weights", Operands[2].Layout)];

    public override IReadOnlyList<Value> Lower(ProgramBuilder program, IReadOnlyList<Value> operands)
    {
        var (gradient, x, weights) = (operands[0], operands[1], operands[2]);
        return
        [
            program.Products("input", [], ProgramBuilder.Product(gradient, weights, [.. gradient.Axes])),
            program.Multiply("weights", gradient.Axes, x[[]], gradient),
        ];
    }
}

/// <summary>The bottleneck's outputs on diagonals, repeated over columns and blocks, from one vector. One level.</summary>
internal sealed class ExpandDiagonals : Operation
{
    private readonly HeadShape _shape;

    /// <exception cref="ArgumentException">the operand has another layout</exception>
    public ExpandDiagonals(string name, Tensor packed, HeadShape shape) : base(name, packed)
    {
        _shape = shape;
        RequireLayout(packed, shape.PackedOutputs);
    }

    public override IReadOnlyList<(string Name, Layout Layout)> ResultLayouts => [("", _shape.OutputDiagonals)];

    public override IReadOnlyList<Value> Lower(ProgramBuilder program, IReadOnlyList<Value> operands)
    {
        var (diagonal, turn) = (new Axis(HeadShape.Diagonal, _shape.Diagonals), new Axis("turn", _shape.Diagonals));
        var turned = program.Rotate("turned", [turn], operands[0][[]], turn * _shape.ColumnStride);
        var column = SlotCondition.Is(_shape.ColumnStride, _shape.Diagonals, diagonal + -turn);
        return [program.Masked("diagonals", [diagonal], ProgramBuilder.Mask(turned[turn], SlotMask.Where(column), turn))];
    }

    public override IReadOnlyList<Tensor?> Gradients(Graph graph, IReadOnlyList<Tensor?> gradients) =>
        [graph.AddSingle(new SumDiagonals("packed", gradients[0]!, _shape))];
}

/// <summary>
/// The bottleneck's outputs in one vector from diagonals: parts of their sums over columns and blocks are summed, which takes two levels;
/// of what is repeated over these each diagonal is picked at its columns, which takes one.
/// </summary>
internal sealed class SumDiagonals : Operation
{
    private readonly HeadShape _shape;

    /// <exception cref="ArgumentException">the operand has another layout</exception>
    public SumDiagonals(string name, Tensor parts, HeadShape shape) : base(name, parts)
    {
        _shape = shape;
        RequireLayout(parts, shape.OutputDiagonals with { Unsummed = parts.Layout.Unsummed });
    }

    public override IReadOnlyList<(string Name, Layout Layout)> ResultLayouts => [("", _shape.PackedOutputs)];

    public override IReadOnlyList<Value> Lower(ProgramBuilder program, IReadOnlyList<Value> operands) =>
        [Operands[0].Layout.Unsummed ? Emit(program, _shape, operands[0]) : Pick(program, operands[0])];

    public static Value Emit(ProgramBuilder program, HeadShape shape, Value parts)
    {
        var (diagonal, turn) = (parts.Axes[0], new Axis("turn", shape.Diagonals));
        // At column c mod L the diagonal of that number: what stands r columns on is masked so that a rotation by r brings it there.
        var column = SlotCondition.Is(shape.ColumnStride, shape.Diagonals, diagonal + turn);
        var masked = program.Masked("masked", [turn], ProgramBuilder.Mask(parts, SlotMask.Where(column), diagonal));
        var packed = program.RotateAndSum("packed", [], masked[turn], turn * shape.ColumnStride, turn);
        var overColumns = program.Fold("over_columns", packed, shape.Diagonals * shape.ColumnStride, shape.Columns / shape.Diagonals);
        return program.SumOverDigit("over_blocks", overColumns, 1, shape.Grid.Blocks);
    }

    private Value Pick(ProgramBuilder program, Value outputs)
    {
        var diagonal = outputs.Axes[0];
        var column = SlotCondition.Is(_shape.ColumnStride, _shape.Diagonals, diagonal);
        return program.Masked("packed", [], ProgramBuilder.Mask(outputs, SlotMask.Where(column), diagonal));
    }
}
