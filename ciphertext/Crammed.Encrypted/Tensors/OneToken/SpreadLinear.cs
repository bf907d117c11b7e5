using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Tensors;

/// <summary>A result of a frozen map of spread tokens.</summary>
/// <param name="Name">within the operation</param>
/// <param name="Features">of the result</param>
/// <param name="RowStep">tokens from one of the result's columns to the next</param>
/// <param name="Matrices">one for each operand: [feature of the result, feature of the operand]</param>
public sealed record SpreadOutput(string Name, FeatureBlocks Features, int RowStep, params ValueList<FrozenMatrix> Matrices);

/// <summary>
/// Frozen maps of one token: each result is the sum over the operands of a matrix times the operand's features; operands and results are
/// spread along the token axis. Results share the operands' rotations, and operands the results'.
/// </summary>
/// <remarks>
/// The columns are not parted by masks before the products (<see cref="SpreadProducts.Cycle"/>). Three levels: columns by the high digit of
/// their rows, products, shifts of blocks; two if the columns of every operand fill its rows.
/// </remarks>
internal sealed class SpreadLinear : Operation
{
    private readonly (FeatureBlocks Features, int RowStep)[] _inputs;
    private readonly IReadOnlyList<SpreadOutput> _outputs;

    /// <exception cref="ArgumentException">an operand is not spread, a result does not fit on the tokens, or matrices are
    /// missing</exception>
    public SpreadLinear(string name, IReadOnlyList<SpreadOutput> outputs, params Tensor[] inputs) : base(name, inputs)
    {
        var grid = inputs[0].Layout.Grid;
        _inputs = [.. inputs.Select(RequireSpread)];
        _outputs = outputs;
        ResultLayouts = [.. outputs.Select(output => (output.Name, grid.Spread(output.Features, output.RowStep)))];
        if (outputs.FirstOrDefault(output => output.Matrices.Count != inputs.Length) is { } output)
            throw new ArgumentException($"{name}: {output.Matrices.Count} matrices for {inputs.Length} operands");
    }

    public override IReadOnlyList<(string Name, Layout Layout)> ResultLayouts { get; }

    public override IReadOnlyList<Value> Lower(ProgramBuilder program, IReadOnlyList<Value> operands)
    {
        var repeated = operands.Zip(_inputs, (operand, input) =>
            new TokenRows(program.Grid, input.RowStep).RepeatCycles(program, operand, input.Features.Columns)).ToArray();
        return
        [
            .. _outputs.Select(output =>
            {
                using var scope = program.Scope(output.Name.Length == 0 ? "product" : output.Name);
                var products = repeated.Select((input, i) => program.SpreadProducts(
                    "products", input.Columns, _inputs[i].Features, output.Features, output.RowStep, output.Matrices[i],
                    input.Cycle)).ToArray();
                var sum = products.Length == 1 ? products[0]
                    : program.Sum("products_sum", products[0].Axes, [.. products.Select(product => ProgramBuilder.Term(product))]);
                return ShiftBlocks(program, sum);
            }),
        ];
    }

    /// <summary>The transposed matrices, in one map for all operands.</summary>
    public override IReadOnlyList<Tensor?> Gradients(Graph graph, IReadOnlyList<Tensor?> gradients)
    {
        var given = Enumerable.Range(0, gradients.Count).Where(o => gradients[o] is not null).ToArray();
        var wanted = Enumerable.Range(0, Operands.Count).Where(i => Operands[i].RequiresGradient).ToArray();
        var transposed = wanted.Select(i => new SpreadOutput(
            wanted.Length == 1 ? "" : $"operand{i}", _inputs[i].Features, _inputs[i].RowStep,
            [.. given.Select(o => _outputs[o].Matrices[i] with { Transposed = !_outputs[o].Matrices[i].Transposed })]));
        var results = graph.Add(new SpreadLinear("transposed", [.. transposed], [.. given.Select(o => gradients[o]!)]));
        return [.. Enumerable.Range(0, Operands.Count).Select(i => Array.IndexOf(wanted, i) is var w and >= 0 ? results[w] : null)];
    }

    /// <summary>
    /// The sum of vectors, each shifted by as many blocks as its place in the group says, cyclically within a row of blocks: under masks
    /// one part is rotated one way, the rest the other way around. One level.
    /// </summary>
    private static Value ShiftBlocks(ProgramBuilder program, Value shifts)
    {
        var blocks = program.Grid.Blocks;
        if (blocks == 1)
            return program.Sum("shifted", [], ProgramBuilder.Term(shifts[0]));
        var shift = new Axis("shift", blocks - 1);
        var (far, near) = (new SlotCondition(1, blocks, shift + 1, shift * -1 + (blocks - 1)), SlotCondition.Below(1, blocks, shift + 1));
        var ahead = program.Masked("ahead", [shift], ProgramBuilder.Mask(shifts[shift + 1], SlotMask.Where(far)));
        var behind = program.Masked("behind", [shift], ProgramBuilder.Mask(shifts[shift + 1], SlotMask.Where(near)));
        var back = program.RotateAndSum("back", [], ahead[shift], shift + 1, shift);
        var around = program.RotateAndSum("around", [], behind[shift], shift + (1 - blocks), shift);
        return program.Sum("shifted", [], ProgramBuilder.Term(shifts[0]), ProgramBuilder.Term(back), ProgramBuilder.Term(around));
    }
}

public static partial class TensorFunctions
{
    /// <summary>A frozen matrix times the features of a spread token. Three levels, or two if its columns fill the rows.</summary>
    /// <param name="spread">[example, feature], as <see cref="TensorLayouts.Spread"/></param>
    /// <param name="matrix">[feature of the result, feature of the operand]</param>
    /// <param name="features">of the result</param>
    /// <param name="rowStep">tokens from one of the result's columns to the next</param>
    /// <param name="name">of the result</param>
    /// <exception cref="ArgumentException">the operand has another layout, or the result does not fit on the tokens</exception>
    public static Tensor SpreadLinear(
        this Tensor spread, FrozenMatrix matrix, FeatureBlocks features, int rowStep, string name = "linear") =>
        spread.Graph.AddSingle(new SpreadLinear(name, [new SpreadOutput("", features, rowStep, matrix)], spread));

    /// <summary>Several frozen matrices times the features of a spread token. Levels as of one.</summary>
    /// <param name="spread">[example, feature], as <see cref="TensorLayouts.Spread"/></param>
    /// <param name="outputs">the results, each of one matrix</param>
    /// <exception cref="ArgumentException">the operand has another layout, or a result does not fit on the tokens</exception>
    public static IReadOnlyList<Tensor> SpreadLinear(this Tensor spread, params SpreadOutput[] outputs) =>
        spread.Graph.Add(new SpreadLinear("linear", outputs, spread));
}
