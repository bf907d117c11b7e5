using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Tensors;

/// <summary>
/// The head's hidden units: a polynomial (tanh) of weights times the bottleneck's outputs plus bias. The map of the argument onto [-1, 1]
/// is in the mask of the sum over outputs. Levels: 2 and the polynomial's.
/// </summary>
internal sealed class HiddenUnits : Operation
{
    private readonly HeadShape _shape;
    private readonly UnitPolynomial _tanh;

    /// <exception cref="ArgumentException">the layouts do not fit</exception>
    public HiddenUnits(string name, Tensor outputs, Tensor weights, Tensor bias, HeadShape shape, UnitPolynomial tanh)
        : base(name, outputs, weights, bias)
    {
        (_shape, _tanh) = (shape, tanh);
        RequireLayout(outputs, shape.OutputDiagonals);
        RequireLayout(weights, shape.WeightDiagonals(shape.Hidden));
        RequireLayout(bias, shape.Pairs(shape.Hidden));
    }

    public override IReadOnlyList<(string Name, Layout Layout)> ResultLayouts => [("", _shape.Pairs(_shape.Hidden))];

    public override IReadOnlyList<Value> Lower(ProgramBuilder program, IReadOnlyList<Value> operands)
    {
        var (outputs, weights, bias) = (operands[0], operands[1], operands[2]);
        var products = program.Products("products", bias.Axes, ProgramBuilder.Product(outputs, weights, [.. outputs.Axes]));
        var sum = program.SumOverDigit("sum", products, program.Grid.TokenStride, 2, _tanh.Scale);
        var scaled = program.Masked("bias", bias.Axes, ProgramBuilder.Mask(bias, _tanh.Scale));
        var argument = program.SumPlus(
            "argument", bias.Axes, _tanh.Shift == 0 ? [] : [_tanh.Shift], ProgramBuilder.Term(sum), ProgramBuilder.Term(scaled));
        return [program.Polynomial("units", argument, _tanh.Function, _tanh.OnUnit)];
    }

    public override IReadOnlyList<Tensor?> Gradients(Graph graph, IReadOnlyList<Tensor?> gradients)
    {
        var argument = graph.AddSingle(new TanhGradient("argument", gradients[0]!, Results[0], _shape));
        var results = graph.Add(new HiddenProductsGradient("inputs", argument, Operands[0], Operands[1], _shape));
        return [results[0], results[1], argument];
    }
}

/// <summary>
/// The gradient of tanh's argument, y (1 - tanh^2), from that of its value on pairs of tokens. In parts of the sum over a pair it is summed
/// by the same product. One level, three from tanh.
/// </summary>
internal sealed class TanhGradient : Operation
{
    /// <exception cref="ArgumentException">the layouts do not fit</exception>
    public TanhGradient(string name, Tensor gradient, Tensor tanh, HeadShape shape) : base(name, gradient, tanh)
    {
        RequireLayout(tanh, shape.Pairs(shape.Hidden));
        RequireLayout(gradient, tanh.Layout with { Unsummed = gradient.Layout.Unsummed });
    }

    public override IReadOnlyList<(string Name, Layout Layout)> ResultLayouts => [("", Operands[1].Layout)];

    public override IReadOnlyList<Value> Lower(ProgramBuilder program, IReadOnlyList<Value> operands)
    {
        var (gradient, tanh, stride) = (operands[0], operands[1], program.Grid.TokenStride);
        var square = program.Multiply("square", tanh.Axes, tanh, tanh);
        var slope = program.SumPlus("slope", tanh.Axes, [1], ProgramBuilder.Term(square, -1));
        if (!Operands[0].Layout.Unsummed)
            return [program.Multiply("argument", tanh.Axes, gradient, slope)];
        var first = program.Masked("first_slope", tanh.Axes, ProgramBuilder.Mask(slope, SlotSums.FirstDigit(stride, 2)));
        return [program.SumOverDigitTimes("argument", gradient, stride, 2, first)];
    }
}

/// <summary>
/// Gradients of the products in <see cref="HiddenUnits"/>: of the outputs on diagonals, in parts of the sum over hidden units, and of the
/// weights' diagonals. One level.
/// </summary>
internal sealed class HiddenProductsGradient : Operation
{
    /// <exception cref="ArgumentException">the layouts do not fit</exception>
    public HiddenProductsGradient(string name, Tensor gradient, Tensor outputs, Tensor weights, HeadShape shape)
        : base(name, gradient, outputs, weights)
    {
        RequireLayout(gradient, shape.Pairs(shape.Hidden));
        RequireLayout(outputs, shape.OutputDiagonals);
        RequireLayout(weights, shape.WeightDiagonals(shape.Hidden));
    }

    public override IReadOnlyList<(string Name, Layout Layout)> ResultLayouts =>
        [("outputs", Operands[1].Layout with { Unsummed = true }), ("weights", Operands[2].Layout)];

    public override IReadOnlyList<Value> Lower(ProgramBuilder program, IReadOnlyList<Value> operands)
    {
        var (gradient, outputs, weights) = (operands[0], operands[1], operands[2]);
        return
        [
            program.Products("outputs", outputs.Axes, ProgramBuilder.Product(gradient, weights, [.. gradient.Axes])),
            program.Multiply("weights", weights.Axes, gradient, outputs),
        ];
    }
}
