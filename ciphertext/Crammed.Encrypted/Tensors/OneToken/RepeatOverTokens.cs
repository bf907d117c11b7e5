using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Tensors;

/// <summary>A spread token with its columns across vectors, each repeated over all tokens. Two levels.</summary>
internal sealed class RepeatOverTokens : Operation
{
    private readonly FeatureBlocks _features;
    private readonly int _rowStep;
    private readonly TokenRows _rows;

    /// <exception cref="ArgumentException">the operand is not spread</exception>
    public RepeatOverTokens(string name, Tensor spread) : base(name, spread)
    {
        (_features, _rowStep) = RequireSpread(spread);
        _rows = new TokenRows(spread.Layout.Grid, _rowStep);
    }

    public override IReadOnlyList<(string Name, Layout Layout)> ResultLayouts => [("", Operands[0].Layout.Grid.OneToken(_features))];

    public override IReadOnlyList<Value> Lower(ProgramBuilder program, IReadOnlyList<Value> operands) =>
        [_rows.Repeat(program, operands[0], _features.Columns)];

    public override IReadOnlyList<Tensor?> Gradients(Graph graph, IReadOnlyList<Tensor?> gradients) =>
        [graph.AddSingle(new SpreadColumns("spread", gradients[0]!, _rowStep))];
}

/// <summary>
/// Columns across vectors, spread along the token axis: parts of sums over tokens are summed, which takes two levels; of what is repeated
/// over tokens each column is picked at its row, which takes one.
/// </summary>
internal sealed class SpreadColumns : Operation
{
    private readonly FeatureBlocks _features;
    private readonly int _rowStep;
    private readonly TokenRows _rows;

    /// <exception cref="ArgumentException">the operand is neither repeated nor in parts over tokens, or has too many columns</exception>
    public SpreadColumns(string name, Tensor columns, int rowStep) : base(name, columns)
    {
        var grid = columns.Layout.Grid;
        _features = columns.Layout.FeaturesAcross()
            ?? throw new ArgumentException($"{name}: {columns.Name} lies as {columns.Layout}; it has no columns across vectors");
        RequireLayout(columns, grid.OneToken(_features) with { Unsummed = columns.Layout.Unsummed });
        _rowStep = rowStep;
        _rows = new TokenRows(grid, rowStep);
    }

    public override IReadOnlyList<(string Name, Layout Layout)> ResultLayouts =>
        [("", Operands[0].Layout.Grid.Spread(_features, _rowStep))];

    public override IReadOnlyList<Value> Lower(ProgramBuilder program, IReadOnlyList<Value> operands) =>
        [Operands[0].Layout.Unsummed ? _rows.SumAndPack(program, operands[0]) : _rows.Pack(program, operands[0])];
}

public static partial class TensorFunctions
{
    /// <summary>A spread token with its columns across vectors, repeated over tokens. Two levels, and two for the gradient.</summary>
    /// <param name="spread">[example, feature], as <see cref="TensorLayouts.Spread"/></param>
    /// <param name="name">of the result</param>
    /// <returns>[example, feature], as <see cref="TensorLayouts.OneToken"/></returns>
    /// <exception cref="ArgumentException">the operand has another layout</exception>
    public static Tensor RepeatOverTokens(this Tensor spread, string name = "repeated") =>
        spread.Graph.AddSingle(new RepeatOverTokens(name, spread));
}
