using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Tensors;

/// <summary>
/// The first halves of adapters on one input: for each factor A, u = scale * A x, [example, token, rank]. The scale rides on the mask of
/// the sum over blocks. Two levels.
/// </summary>
internal sealed class DownProjection : Operation
{
    private readonly double _scale;

    /// <exception cref="ArgumentException">the input is not [example, token, feature], or a factor not [rank, feature]</exception>
    public DownProjection(string name, Tensor input, double scale, IReadOnlyList<Tensor> factors) : base(name, [input, .. factors])
    {
        var features = RequireFeatures(input);
        foreach (var factor in factors)
            RequireLayout(factor, input.Layout.Grid.Factor(factor.Layout.Shape[0], features));
        _scale = scale;
    }

    public override IReadOnlyList<(string Name, Layout Layout)> ResultLayouts => [.. Operands.Skip(1).Select((factor, i) =>
        (Operands.Count == 2 ? "" : $"rank{i}", Operands[0].Layout.Grid.Ranks(factor.Layout.Shape[0])))];

    public override IReadOnlyList<Value> Lower(ProgramBuilder program, IReadOnlyList<Value> operands)
    {
        var products = operands.Skip(1).Select(factor => RankProducts.Products(program, operands[0], factor)).ToArray();
        return [.. products.Select(parts => program.SumOverDigit("ranks", parts, 1, program.Grid.Blocks, _scale))];
    }

    /// <summary>With w = scale * du, summed over blocks: dx = sum of w A over factors and ranks, dA = x w.</summary>
    public override IReadOnlyList<Tensor?> Gradients(Graph graph, IReadOnlyList<Tensor?> gradients)
    {
        var (input, factors) = (Operands[0], Operands.Skip(1).ToArray());
        var scaled = gradients.Select((gradient, i) => gradient?.SumCopies(_scale, $"scaled{i}")).ToArray();
        var given = Enumerable.Range(0, factors.Length).Where(i => scaled[i] is not null).ToArray();
        var ofInput = input.RequiresGradient
            ? graph.AddSingle(new UpProjection("input", [.. given.Select(i => (scaled[i]!, factors[i]))]))
            : null;
        return [ofInput, .. factors.Select((factor, i) => factor.RequiresGradient && scaled[i] is { } ranks
            ? graph.AddSingle(new OuterProducts($"factor{i}", input, ranks))
            : null)];
    }
}

/// <summary>
/// [example, token, rank]: products of features and a factor's rows, in parts of their sum over blocks: the gradient of the rank values
/// that a factor is multiplied with. One level.
/// </summary>
internal sealed class RankProducts : Operation
{
    /// <exception cref="ArgumentException">the layouts do not fit</exception>
    public RankProducts(string name, Tensor features, Tensor factor) : base(name, features, factor) =>
        RequireLayout(factor, features.Layout.Grid.Factor(factor.Layout.Shape[0], RequireFeatures(features)));

    public override IReadOnlyList<(string Name, Layout Layout)> ResultLayouts =>
        [("", Operands[0].Layout.Grid.Ranks(Operands[1].Layout.Shape[0]) with { Unsummed = true })];

    public override IReadOnlyList<Value> Lower(ProgramBuilder program, IReadOnlyList<Value> operands) =>
        [Products(program, operands[0], operands[1])];

    /// <summary>[rank]: sums over columns.</summary>
    public static Value Products(ProgramBuilder program, Value features, Value factor) => program.Products(
        "products", [factor.Axes[0]], ProgramBuilder.Product(features, factor, factor.Axes[1]));
}

/// <summary>
/// The gradient of a factor: [rank, feature], for every token and example the product of the rank's value and the feature's, in parts of
/// their sum. One level.
/// </summary>
internal sealed class OuterProducts : Operation
{
    /// <exception cref="ArgumentException">the layouts do not fit</exception>
    public OuterProducts(string name, Tensor features, Tensor ranks) : base(name, features, ranks)
    {
        RequireFeatures(features);
        RequireLayout(ranks, features.Layout.Grid.Ranks(ranks.Layout.Shape[^1]));
    }

    public override IReadOnlyList<(string Name, Layout Layout)> ResultLayouts =>
        [("", Operands[0].Layout.Grid.Factor(Operands[1].Layout.Shape[^1], RequireFeatures(Operands[0])) with { Unsummed = true })];

    public override IReadOnlyList<Value> Lower(ProgramBuilder program, IReadOnlyList<Value> operands) =>
        [program.Multiply("products", [operands[1].Axes[0], operands[0].Axes[0]], operands[0], operands[1])];
}

public static partial class TensorFunctions
{
    /// <summary>The first halves of adapters: for each factor A, scale * A x, [example, token, rank]. Two levels.</summary>
    /// <param name="input">x, [example, token, feature]</param>
    /// <param name="scale">alpha / rank</param>
    /// <param name="factors">each [rank, feature]</param>
    /// <exception cref="ArgumentException">the layouts do not fit</exception>
    public static IReadOnlyList<Tensor> ProjectDown(this Tensor input, double scale, params IReadOnlyList<Tensor> factors) =>
        input.Graph.Add(new DownProjection("down", input, scale, factors));
}
