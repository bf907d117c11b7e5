using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Tensors;

/// <summary>
/// What losses have in common: gradients of the mean over a batch of each example's weight times its loss, by the logits, times the loss
/// scale. Loss scale and mean are in the mask of the weight, beside the loss' own steps, so that all three take one level.
/// </summary>
internal abstract class LossGradient : Operation
{
    private readonly int _batch;

    /// <exception cref="ArgumentException">the layouts do not fit</exception>
    /// <exception cref="ArgumentOutOfRangeException">the batch has no examples</exception>
    protected LossGradient(string name, Tensor logits, Tensor labels, Tensor weights, HeadShape shape, int batch)
        : base(name, logits, labels, weights)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        (Shape, _batch) = (shape, batch);
        RequireLayout(logits, shape.Logits);
        RequireLayout(labels, shape.Logits);
        RequireLayout(weights, shape.Grid.PerExample());
    }

    public sealed override IReadOnlyList<(string Name, Layout Layout)> ResultLayouts => [("", Shape.Logits)];

    public sealed override IReadOnlyList<Value> Lower(ProgramBuilder program, IReadOnlyList<Value> operands)
    {
        var weight = program.Masked("weight", [], ProgramBuilder.Mask(operands[2], SlotMask.Of(ScalarNames.LossScale, 1.0 / _batch)));
        return [program.Multiply("logits", operands[0].Axes, Slope(program, operands[0], operands[1]), weight)];
    }

    protected HeadShape Shape { get; }

    /// <summary>The derivative of an example's loss by its logits.</summary>
    protected abstract Value Slope(ProgramBuilder program, Value logits, Value labels);

    /// <summary>The image of an argument that has the scale of its polynomial's domain already.</summary>
    protected static Value Shifted(ProgramBuilder program, string name, Value argument, UnitPolynomial function) => function.Shift == 0
        ? argument
        : program.SumPlus(name, argument.Axes, [function.Shift], ProgramBuilder.Term(argument));
}

/// <summary>
/// Two-class cross-entropy: the probability of a class is the sigmoid of its logit less the other's, so the gradient is that less the
/// label. Levels: 2 and the sigmoid's.
/// </summary>
internal sealed class CrossEntropyGradient(
    string name, Tensor logits, Tensor labels, Tensor weights, HeadShape shape, int batch, UnitPolynomial sigmoid)
    : LossGradient(name, logits, labels, weights, shape, batch)
{
    protected override Value Slope(ProgramBuilder program, Value logits, Value labels)
    {
        var (stride, turn) = (program.Grid.TokenStride, new Axis("turn", 2));
        var turned = program.Rotate("turned", [turn], logits[[]], turn * (2 * stride) + -stride);
        var difference = program.Masked(
            "difference", [], ProgramBuilder.Mask(logits, sigmoid.Scale),
            ProgramBuilder.Mask(turned[1], SlotMask.Where(SlotCondition.Is(stride, 2, 0)) * -sigmoid.Scale),
            ProgramBuilder.Mask(turned[0], SlotMask.Where(SlotCondition.Is(stride, 2, 1)) * -sigmoid.Scale));
        var argument = Shifted(program, "argument", difference, sigmoid);
        var probability = program.Polynomial("probability", argument, sigmoid.Function, sigmoid.OnUnit);
        return program.Sum("slope", [], ProgramBuilder.Term(probability), ProgramBuilder.Term(labels, -1));
    }
}

/// <summary>Squared error, summed over outputs: twice the difference of logit and label. One level, and two from the weights.</summary>
internal sealed class SquaredErrorGradient(string name, Tensor logits, Tensor labels, Tensor weights, HeadShape shape, int batch)
    : LossGradient(name, logits, labels, weights, shape, batch)
{
    protected override Value Slope(ProgramBuilder program, Value logits, Value labels) =>
        program.Sum("slope", logits.Axes, ProgramBuilder.Term(logits, 2), ProgramBuilder.Term(labels, -2));
}

public static partial class TensorFunctions
{
    /// <summary>
    /// The gradient by the logits of the mean two-class cross-entropy, times the named scalar <see cref="ScalarNames.LossScale"/>. Levels:
    /// 2 and the sigmoid's.
    /// </summary>
    /// <param name="logits">[example, class], as <see cref="HeadShape.Logits"/></param>
    /// <param name="labels">likewise: 1 for the class, 0 for the other</param>
    /// <param name="weights">[example]: 1, or 0 where padding fills the batch</param>
    /// <param name="shape">the head's</param>
    /// <param name="batch">examples that the mean is over, those of all micro-batches</param>
    /// <param name="sigmoid">a polynomial for the sigmoid; its domain is that of the logits' difference</param>
    /// <exception cref="ArgumentException">the layouts do not fit</exception>
    public static Tensor CrossEntropyGradient(
        this Tensor logits, Tensor labels, Tensor weights, HeadShape shape, int batch, UnitPolynomial sigmoid) =>
        logits.Graph.AddSingle(new CrossEntropyGradient("loss_gradient", logits, labels, weights, shape, batch, sigmoid));

    /// <summary>
    /// The gradient by the outputs of the mean squared error, times the named scalar <see cref="ScalarNames.LossScale"/>. One level, and
    /// two from the weights.
    /// </summary>
    /// <param name="outputs">[example, output], as <see cref="HeadShape.Logits"/>; a head of one output leaves the second zero</param>
    /// <param name="targets">likewise</param>
    /// <param name="weights">[example]: 1, or 0 where padding fills the batch</param>
    /// <param name="shape">the head's</param>
    /// <param name="batch">examples that the mean is over, those of all micro-batches</param>
    /// <exception cref="ArgumentException">the layouts do not fit</exception>
    public static Tensor SquaredErrorGradient(this Tensor outputs, Tensor targets, Tensor weights, HeadShape shape, int batch) =>
        outputs.Graph.AddSingle(new SquaredErrorGradient("loss_gradient", outputs, targets, weights, shape, batch));
}
