using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Tensors;

/// <summary>
/// A matrix of the head for each example, one vector a part and generalized diagonal of examples and outputs: vector d holds at example e what
/// belongs to output digit (e + d) mod L. One level; vector 0 is the matrix as it is.
/// </summary>
internal sealed class WeightDiagonals : Operation
{
    private readonly HeadShape _shape;
    private readonly HeadFeatures _features;

    /// <exception cref="ArgumentException">the operand has another layout</exception>
    public WeightDiagonals(string name, Tensor weights, HeadShape shape, HeadFeatures features) : base(name, weights)
    {
        (_shape, _features) = (shape, features);
        RequireLayout(weights, shape.Weights(features));
    }

    public override IReadOnlyList<(string Name, Layout Layout)> ResultLayouts => [("", _shape.WeightDiagonals(_features))];

    public override IReadOnlyList<Value> Lower(ProgramBuilder program, IReadOnlyList<Value> operands)
    {
        var (weights, stride, count) = (operands[0], _shape.Grid.ExampleStride, _shape.Diagonals);
        var diagonals = new Axis(HeadShape.Diagonal, count);
        if (count == 1)
            return [program.Join("diagonals", [diagonals, .. weights.Axes], weights)];
        // Shifts of 1 to L - 1 digits, and by L less where the end of the digits is passed: rotations of one vector, which share its
        // decomposition.
        var (turn, shift) = (new Axis("turn", 2 * count - 1), new Axis("shift", count - 1));
        var turned = program.Rotate("turned", [turn, .. weights.Axes], weights, (turn - (count - 1)) * stride);
        var shifted = program.Masked(
            "shifted", [shift, .. weights.Axes],
            ProgramBuilder.Mask(turned[[shift + count, .. weights.Axes]], SlotMask.Where(Staying(_shape, shift))),
            ProgramBuilder.Mask(turned[[shift, .. weights.Axes]], SlotMask.Where(Wrapping(_shape, shift))));
        return [program.Join("diagonals", [diagonals, .. weights.Axes], weights, shifted)];
    }

    public override IReadOnlyList<Tensor?> Gradients(Graph graph, IReadOnlyList<Tensor?> gradients) =>
        [graph.AddSingle(new WeightDiagonalsGradient("weights", gradients[0]!, _shape, _features))];

    /// <summary>Examples whose digit and the diagonal shift + 1 sum to less than L.</summary>
    internal static SlotCondition Staying(HeadShape shape, Axis shift) =>
        SlotCondition.Below(shape.Grid.ExampleStride, shape.Diagonals, shift * -1 + (shape.Diagonals - 1));

    /// <summary>The other examples.</summary>
    internal static SlotCondition Wrapping(HeadShape shape, Axis shift) =>
        new(shape.Grid.ExampleStride, shape.Diagonals, shift * -1 + (shape.Diagonals - 1), shift + 1);
}

/// <summary>
/// The sum over examples of a matrix for each example, from generalized diagonals: each is shifted back. One level, and another one if the
/// bottleneck has fewer diagonals than there are examples.
/// </summary>
internal sealed class WeightDiagonalsGradient : Operation
{
    private readonly HeadShape _shape;
    private readonly HeadFeatures _features;

    /// <exception cref="ArgumentException">the operand has another layout</exception>
    public WeightDiagonalsGradient(string name, Tensor gradient, HeadShape shape, HeadFeatures features) : base(name, gradient)
    {
        (_shape, _features) = (shape, features);
        RequireLayout(gradient, shape.WeightDiagonals(features));
    }

    public override IReadOnlyList<(string Name, Layout Layout)> ResultLayouts => [("", _shape.Weights(_features))];

    public override IReadOnlyList<Value> Lower(ProgramBuilder program, IReadOnlyList<Value> operands)
    {
        var (stride, count) = (_shape.Grid.ExampleStride, _shape.Diagonals);
        var parts = operands[0].Axes.Skip(1).ToArray();
        var sum = count == 1
            ? program.Sum("shifted_back", parts, ProgramBuilder.Term(operands[0][[0, .. parts]]))
            : ShiftBack(program, operands[0], parts);
        var copies = _shape.Grid.Examples / count;
        return [copies == 1 ? sum : program.SumOverDigit("over_examples", sum, count * stride, copies)];
    }

    private Value ShiftBack(ProgramBuilder program, Value diagonals, Axis[] parts)
    {
        var (stride, count) = (_shape.Grid.ExampleStride, _shape.Diagonals);
        var shift = new Axis("shift", count - 1);
        var staying = program.Masked(
            "staying", [shift, .. parts], ProgramBuilder.Mask(diagonals[[shift + 1, .. parts]], SlotMask.Where(WeightDiagonals.Staying(_shape, shift))));
        var wrapping = program.Masked(
            "wrapping", [shift, .. parts], ProgramBuilder.Mask(diagonals[[shift + 1, .. parts]], SlotMask.Where(WeightDiagonals.Wrapping(_shape, shift))));
        var ahead = program.RotateAndSum("ahead", parts, staying, (shift + 1) * -stride, shift);
        var back = program.RotateAndSum("back", parts, wrapping, (shift * -1 + (count - 1)) * stride, shift);
        return program.Sum("shifted_back", parts, ProgramBuilder.Term(diagonals[[0, .. parts]]), ProgramBuilder.Term(ahead), ProgramBuilder.Term(back));
    }
}
