using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Tensors;

/// <summary>
/// The norm of a centred stream: scale s = 1 / sqrt(mean of x^2 + epsilon), one vector for the whole batch, and s x. Nothing is subtracted:
/// what writes into the stream is centred. The mean's image in the root's domain is made in the scale of the masked sum over blocks.
/// Levels: 2 and the root's to s, one more to s x.
/// </summary>
internal sealed class Norm : Operation
{
    private readonly InverseRoot _root;
    private readonly double _epsilon;
    private readonly NormShape _shape;

    /// <exception cref="ArgumentException">x is neither [example, token, feature] nor a spread token</exception>
    public Norm(string name, Tensor x, InverseRoot root, double epsilon, int? width) : base(name, x)
    {
        _root = root;
        _epsilon = epsilon;
        _shape = NormShape.Of(name, x, width);
    }

    public override IReadOnlyList<(string Name, Layout Layout)> ResultLayouts =>
        [("normalized", Operands[0].Layout), ("scale", _shape.ScaleLayout)];

    public override IReadOnlyList<Value> Lower(ProgramBuilder program, IReadOnlyList<Value> operands)
    {
        var (x, half) = (operands[0], _root.Domain.HalfWidth);
        var squares = _shape.Products(program, "squares", x, x);
        var mean = program.SumOverDigit("mean", squares, 1, program.Grid.Blocks, 1 / (_shape.Width * half));
        var image = program.SumPlus("image", [], [(_epsilon - _root.Domain.Midpoint) / half], ProgramBuilder.Term(mean));
        var scale = _root.Lower(program, image);
        return [program.Multiply("normalized", x.Axes, scale, x), scale];
    }

    /// <exception cref="NotSupportedException">the scale has a gradient: it is for the backward pass, not for the model</exception>
    public override IReadOnlyList<Tensor?> Gradients(Graph graph, IReadOnlyList<Tensor?> gradients) => gradients[1] is not null
        ? throw new NotSupportedException($"{Name}: a norm's scale passes no gradient on")
        : [graph.AddSingle(new NormGradient("input", gradients[0]!, Results[0], Results[1], _shape.Width))];
}

/// <summary>
/// The gradient of a norm's input, h being that of its output: dx = s h - xhat s mean(xhat h). The mask of the sum over blocks carries s.
/// Three levels.
/// </summary>
internal sealed class NormGradient : Operation
{
    private readonly NormShape _shape;

    /// <exception cref="ArgumentException">the layouts do not fit</exception>
    public NormGradient(string name, Tensor gradient, Tensor normalized, Tensor scale, int width) : base(name, gradient, normalized, scale)
    {
        _shape = NormShape.Of(name, normalized, width);
        RequireLayout(gradient, normalized.Layout);
        RequireLayout(scale, _shape.ScaleLayout);
    }

    public override IReadOnlyList<(string Name, Layout Layout)> ResultLayouts => [("", Operands[0].Layout)];

    public override IReadOnlyList<Value> Lower(ProgramBuilder program, IReadOnlyList<Value> operands)
    {
        var (gradient, normalized, scale, blocks) = (operands[0], operands[1], operands[2], program.Grid.Blocks);
        var products = _shape.Products(program, "products", normalized, gradient);
        var weight = program.Masked("weight", [], ProgramBuilder.Mask(scale, SlotSums.FirstDigit(1, blocks) * (-1.0 / _shape.Width)));
        var mean = program.SumOverDigitTimes("mean", products, 1, blocks, weight);
        return
        [
            program.Products("input", gradient.Axes, ProgramBuilder.Product(scale, gradient), ProgramBuilder.Product(mean, normalized)),
        ];
    }
}

/// <summary>What a norm runs over: the features of every token, or of one token that is spread along the token axis.</summary>
/// <param name="ScaleLayout">one value for each token, or each example</param>
/// <param name="Width">features that the mean is over</param>
/// <param name="IsSpread">whether the token axis is features, too</param>
internal sealed record NormShape(Layout ScaleLayout, int Width, bool IsSpread)
{
    /// <exception cref="ArgumentException">the tensor lies in another way, or is less wide than this</exception>
    public static NormShape Of(string name, Tensor x, int? width)
    {
        var (grid, full) = (x.Layout.Grid, x.Layout.FeaturesAcross());
        var shape = x.Layout.FeaturesSpread() is ({ } spread, _) ? new NormShape(grid.PerExample(), width ?? spread.Features, true)
            : full is not null && x.Layout == grid.Features(full) ? new NormShape(grid.PerToken(), width ?? full.Features, false)
            : throw new ArgumentException($"{name}: {x.Name} lies as {x.Layout}; a norm takes features by token, or one spread token");
        return shape.Width > 0 && shape.Width <= x.Layout.Shape[^1]
            ? shape
            : throw new ArgumentException($"{name}: a width of {width} of {x.Name}, which has {x.Layout.Shape[^1]} features");
    }

    /// <summary>Products summed over the features but for those in different blocks. One level.</summary>
    public Value Products(ProgramBuilder program, string name, Value left, Value right)
    {
        var products = program.Products(name, [], ProgramBuilder.Product(left, right, [.. left.Axes]));
        return IsSpread ? program.Fold("over_tokens", products, program.Grid.TokenStride, program.Grid.Tokens) : products;
    }
}

public static partial class TensorFunctions
{
    /// <summary>
    /// The norm of a centred stream, x / sqrt(mean of x^2 + epsilon), and its scale 1 / sqrt(...), which the backward pass uses. Levels: 2
    /// and the root's to the scale, one more to the product.
    /// </summary>
    /// <param name="x">[example, token, feature], or [example, feature] of a spread token; its mean over features is zero</param>
    /// <param name="root">the root; its domain is that of mean of x^2 + epsilon</param>
    /// <param name="epsilon">added to the mean of squares</param>
    /// <param name="width">features that the mean is over, the others being zeros; all if null</param>
    /// <param name="name">of the results</param>
    /// <exception cref="ArgumentException">x has another layout, or is less wide</exception>
    public static (Tensor Normalized, Tensor Scale) Norm(
        this Tensor x, InverseRoot root, double epsilon = 0, int? width = null, string name = "norm")
    {
        var results = x.Graph.Add(new Norm(name, x, root, epsilon, width));
        return (results[0], results[1]);
    }
}
