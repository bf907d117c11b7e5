using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Tensors;

/// <summary>
/// An integer times the product of two tensors of one layout, or of [example, token, feature] and [example, token], which is repeated over
/// features. Parts of sums times a repeated value are parts of the product; two tensors in parts have no product. One level.
/// </summary>
internal sealed class Multiplication : Operation
{
    private readonly long _factor;
    private readonly bool _repeated;

    /// <exception cref="ArgumentException">the layouts do not fit</exception>
    public Multiplication(string name, Tensor left, Tensor right, long factor = 1) : base(name, left, right)
    {
        _factor = factor;
        if (left.Layout.Unsummed && right.Layout.Unsummed)
            throw new ArgumentException($"{name}: both {left.Name} and {right.Name} are parts of sums");
        _repeated = right.Layout == left.Layout.Grid.PerToken() && left.Layout.FeaturesAcross() is not null;
        if (_repeated)
            RequireFeatures(left);
        else if ((left.Layout with { Unsummed = false }) != (right.Layout with { Unsummed = false }))
            throw new ArgumentException($"{name}: {left.Name} lies as {left.Layout}, {right.Name} as {right.Layout}");
    }

    public override IReadOnlyList<(string Name, Layout Layout)> ResultLayouts =>
        [("", Operands[0].Layout with { Unsummed = Operands.Any(operand => operand.Layout.Unsummed) })];

    public override IReadOnlyList<Value> Lower(ProgramBuilder program, IReadOnlyList<Value> operands) =>
        [program.Products("product", operands[0].Axes, ProgramBuilder.Product(operands[0], operands[1]) with { Factor = _factor })];

    public override IReadOnlyList<Tensor?> Gradients(Graph graph, IReadOnlyList<Tensor?> gradients)
    {
        var gradient = gradients[0]!;
        return [OfOperand(0, "left"), OfOperand(1, "right")];

        Tensor? OfOperand(int operand, string name) => !Operands[operand].RequiresGradient ? null
            : graph.AddSingle(operand == 1 && _repeated
                ? new FeatureProducts(name, gradient, Operands[0], _factor)
                : new Multiplication(name, gradient, Operands[1 - operand], _factor));
    }
}

/// <summary>[example, token]: an integer times the sum over features of products, in parts, one a block. One level.</summary>
internal sealed class FeatureProducts : Operation
{
    private readonly long _factor;

    /// <exception cref="ArgumentException">the layouts differ or are of another kind</exception>
    public FeatureProducts(string name, Tensor left, Tensor right, long factor) : base(name, left, right)
    {
        _factor = factor;
        RequireFeatures(left);
        RequireLayout(right, left.Layout);
    }

    public override IReadOnlyList<(string Name, Layout Layout)> ResultLayouts =>
        [("", Operands[0].Layout.Grid.PerToken() with { Unsummed = true })];

    public override IReadOnlyList<Value> Lower(ProgramBuilder program, IReadOnlyList<Value> operands)
    {
        var product = ProgramBuilder.Product(operands[0], operands[1], [.. operands[0].Axes]);
        return [program.Products("products", [], product with { Factor = _factor })];
    }
}

public static partial class TensorFunctions
{
    /// <summary>
    /// The product of two tensors of one layout (a gate), or of [example, token, feature] and [example, token] (a mask of tokens).
    /// One level.
    /// </summary>
    /// <param name="left">any layout, or features by token</param>
    /// <param name="right">the same, or one value for every token</param>
    /// <param name="name">of the result</param>
    /// <exception cref="ArgumentException">the layouts do not fit</exception>
    public static Tensor Multiply(this Tensor left, Tensor right, string name = "product") =>
        left.Graph.AddSingle(left.Layout == left.Layout.Grid.PerToken() && right.Layout.FeaturesAcross() is not null
            ? new Multiplication(name, right, left)
            : new Multiplication(name, left, right));
}
