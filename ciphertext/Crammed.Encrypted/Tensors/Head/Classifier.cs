using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Tensors;

/// <summary>Logits of the classes: weights times hidden units, summed over columns and blocks, plus bias. Two levels.</summary>
internal sealed class Classifier : Operation
{
    private readonly HeadShape _shape;

    /// <exception cref="ArgumentException">the layouts do not fit</exception>
    public Classifier(string name, Tensor hidden, Tensor weights, Tensor bias, HeadShape shape) : base(name, hidden, weights, bias)
    {
        _shape = shape;
        RequireLayout(hidden, shape.Pairs(shape.Hidden));
        RequireLayout(weights, shape.ClassWeights.Layout);
        RequireLayout(bias, shape.Logits);
    }

    public override IReadOnlyList<(string Name, Layout Layout)> ResultLayouts => [("", _shape.Logits)];

    public override IReadOnlyList<Value> Lower(ProgramBuilder program, IReadOnlyList<Value> operands)
    {
        var (hidden, weights, bias) = (operands[0], operands[1], operands[2]);
        var products = program.Products("products", bias.Axes, ProgramBuilder.Product(hidden, weights, [.. hidden.Axes]));
        var overColumns = program.Fold("over_columns", products, _shape.ColumnStride, _shape.Columns);
        var sum = program.SumOverDigit("over_blocks", overColumns, 1, program.Grid.Blocks);
        return [program.Sum("logits", bias.Axes, ProgramBuilder.Term(sum), ProgramBuilder.Term(bias))];
    }

    /// <summary>That of the hidden units in parts of the sum over classes, a pair of tokens. One level.</summary>
    public override IReadOnlyList<Tensor?> Gradients(Graph graph, IReadOnlyList<Tensor?> gradients)
    {
        var results = graph.Add(new ClassifierGradient("inputs", gradients[0]!, Operands[0], Operands[1], _shape));
        return [results[0], results[1], gradients[0]];
    }
}

/// <summary>
/// Gradients of <see cref="Classifier"/>: of the hidden units, in parts of the sum over classes, and of each example's weights. One level.
/// </summary>
internal sealed class ClassifierGradient : Operation
{
    /// <exception cref="ArgumentException">the layouts do not fit</exception>
    public ClassifierGradient(string name, Tensor gradient, Tensor hidden, Tensor weights, HeadShape shape)
        : base(name, gradient, hidden, weights)
    {
        RequireLayout(gradient, shape.Logits);
        RequireLayout(hidden, shape.Pairs(shape.Hidden));
        RequireLayout(weights, shape.ClassWeights.Layout);
    }

    public override IReadOnlyList<(string Name, Layout Layout)> ResultLayouts =>
        [("hidden", Operands[1].Layout with { Unsummed = true }), ("weights", Operands[2].Layout)];

    public override IReadOnlyList<Value> Lower(ProgramBuilder program, IReadOnlyList<Value> operands)
    {
        var (gradient, hidden, weights) = (operands[0], operands[1], operands[2]);
        return
        [
            program.Products("hidden", hidden.Axes, ProgramBuilder.Product(gradient, weights, [.. gradient.Axes])),
            program.Multiply("weights", weights.Axes, gradient, hidden),
        ];
    }
}
