using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Tensors;

/// <summary>
/// relu(x) = x step(x) of x in [-1, 1], or that times a factor; and the step, which the backward pass multiplies by again. ReLU is
/// homogeneous, so a bound of x may stand in the weights before and after it.
/// </summary>
/// <remarks>
/// The factor meets x beside the step's polynomials, where there are levels to spare, so that the product with it takes none. Levels: those
/// of the step, and one more to the result.
/// </remarks>
internal sealed class Relu : Operation
{
    private readonly StepFunction _step;
    private readonly SlotMask _half;

    /// <exception cref="ArgumentException">x is neither [example, token, feature] nor a spread token, or the factor lies in another way</exception>
    public Relu(string name, Tensor x, StepFunction step, Tensor? factor) : base(name, factor is null ? [x] : [x, factor])
    {
        _step = step;
        _half = SlotMask.Where([.. WhereValuesAre(x)]) * 0.5;
        if (factor is not null)
            RequireLayout(factor, x.Layout);
    }

    public override IReadOnlyList<(string Name, Layout Layout)> ResultLayouts => [("value", Operands[0].Layout), ("step", Operands[0].Layout)];

    public override IReadOnlyList<Value> Lower(ProgramBuilder program, IReadOnlyList<Value> operands)
    {
        var axes = operands[0].Axes;
        var step = program.SumPlus("step", axes, [_half], ProgramBuilder.Term(_step.Lower(program, operands[0])));
        var product = operands.Count == 1 ? operands[0] : program.Multiply("product", axes, operands[0], operands[1]);
        return [program.Multiply("value", axes, product, step), step];
    }

    /// <summary>What comes through the step, times the other operand where there is one.</summary>
    /// <exception cref="NotSupportedException">the step has a gradient</exception>
    public override IReadOnlyList<Tensor?> Gradients(Graph graph, IReadOnlyList<Tensor?> gradients)
    {
        if (gradients[1] is not null)
            throw new NotSupportedException($"{Name}: the step passes no gradient on");
        var passed = graph.AddSingle(new Multiplication("passed", gradients[0]!, Results[1]));
        if (Operands.Count == 1)
            return [passed];
        return
        [
            .. Operands.Select((operand, i) => operand.RequiresGradient
                ? graph.AddSingle(new Multiplication(i == 0 ? "argument" : "factor", passed, Operands[1 - i]))
                : null),
        ];
    }

    /// <summary>Conditions on the slots that hold values.</summary>
    private IEnumerable<SlotCondition> WhereValuesAre(Tensor x)
    {
        var (grid, spread) = (x.Layout.Grid, x.Layout.FeaturesSpread());
        var features = spread?.Features ?? RequireFeatures(x);
        if (features.Blocks < grid.Blocks)
            yield return SlotCondition.Below(1, grid.Blocks, features.Blocks);
        if (spread is not (_, var rowStep))
            yield break;
        if (grid.Tokens % rowStep != 0)
            throw new ArgumentException($"{Name}: {x.Name} is spread on every row of {rowStep}, which do not divide {grid.Tokens} tokens");
        if (rowStep > 1)
            yield return SlotCondition.Is(grid.TokenStride, rowStep, 0);
        if (features.Columns * rowStep < grid.Tokens)
            yield return SlotCondition.Below(grid.TokenStride * rowStep, grid.Tokens / rowStep, features.Columns);
    }
}

public static partial class TensorFunctions
{
    /// <summary>relu(x), or that times a factor. Levels: those of the step and one more.</summary>
    /// <param name="x">[example, token, feature], or [example, feature] of a spread token; values in [-1, 1]: x of the step divided by its bound</param>
    /// <param name="step">the step's polynomials</param>
    /// <param name="factor">of x's layout, or null</param>
    /// <param name="name">of the result</param>
    /// <exception cref="ArgumentException">x or the factor lies in another way</exception>
    public static Tensor Relu(this Tensor x, StepFunction step, Tensor? factor = null, string name = "relu") =>
        x.Graph.Add(new Relu(name, x, step, factor))[0];
}
