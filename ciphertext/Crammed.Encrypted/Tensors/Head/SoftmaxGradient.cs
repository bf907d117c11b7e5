using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Tensors;

/// <summary>
/// Cross-entropy of any number of classes: the probabilities are exp(c) over its sum, c the logits less their mean, so the gradient is that
/// less the labels. Levels: 4 and those of both polynomials, one more where the classes are odd.
/// </summary>
/// <remarks>
/// c sums to zero, so that the sum of its exponentials is at least the number C of classes and, where |c| is at most a, at most C cosh(a): the
/// inverse has a domain of the ratio cosh(a), not exp(2 a).
/// </remarks>
internal sealed class SoftmaxGradient(
    string name, Tensor logits, Tensor labels, Tensor weights, HeadShape shape, int batch, UnitPolynomial exp, UnitPolynomial inverse)
    : LossGradient(name, logits, labels, weights, shape, batch)
{
    protected override Value Slope(ProgramBuilder program, Value logits, Value labels)
    {
        var exponentials = Exponentials(program, logits);
        var sum = Sum(program, "sum", exponentials, inverse.Scale);
        var argument = Shifted(program, "inverse_argument", sum, inverse);
        var inverted = program.Polynomial("inverse", argument, inverse.Function, inverse.OnUnit);
        var probabilities = program.Multiply("probabilities", exponentials.Axes, exponentials, inverted);
        return program.Sum("slope", logits.Axes, ProgramBuilder.Term(probabilities), ProgramBuilder.Term(labels, -1));
    }

    /// <summary>exp(c), zero where a pair has no second class.</summary>
    private Value Exponentials(ProgramBuilder program, Value logits)
    {
        var mean = Sum(program, "mean", logits, exp.Scale / Shape.Classes);
        var scaled = program.Masked("scaled", logits.Axes, ProgramBuilder.Mask(logits, exp.Scale));
        var centred = program.Sum("centred", logits.Axes, ProgramBuilder.Term(scaled), ProgramBuilder.Term(mean, -1));
        var exponentials = program.Polynomial("exp", Shifted(program, "argument", centred, exp), exp.Function, exp.OnUnit);
        if (Shape.Classes % 2 == 0)
            return exponentials;
        // Of the last pair the first class alone: the digit is below 2 for every other pair.
        if (logits.Axes is not [var pair])
            return program.Masked("classes", [], ProgramBuilder.Mask(exponentials, FirstClass(program)));
        var (all, last) = (new Axis(pair.Name, pair.Size - 1), new Axis("last", 1));
        var others = program.Sum("others", [all], ProgramBuilder.Term(exponentials[all]));
        var masked = program.Masked("last", [last], ProgramBuilder.Mask(exponentials[last + all.Size], FirstClass(program)));
        return program.Join("classes", [pair], others, masked);
    }

    private static SlotMask FirstClass(ProgramBuilder program) => SlotSums.FirstDigit(program.Grid.TokenStride, 2);

    /// <summary>A factor times the sum over all classes, repeated over a pair.</summary>
    private static Value Sum(ProgramBuilder program, string name, Value classes, double factor)
    {
        var pairs = program.Sum($"{name}_of_pairs", [], ProgramBuilder.Term(classes, 1, [.. classes.Axes]));
        return program.SumOverDigit(name, pairs, program.Grid.TokenStride, 2, factor);
    }
}

public static partial class TensorFunctions
{
    /// <summary>
    /// The gradient by the logits of the mean cross-entropy, times the named scalar <see cref="ScalarNames.LossScale"/>. Levels: 4 and those
    /// of both polynomials, one more where the classes are odd.
    /// </summary>
    /// <param name="logits">[example, class], as <see cref="HeadShape.Logits"/></param>
    /// <param name="labels">likewise: 1 for the class, 0 for the others</param>
    /// <param name="weights">[example]: 1, or 0 where padding fills the batch</param>
    /// <param name="shape">the head's</param>
    /// <param name="batch">examples that the mean is over, those of all micro-batches</param>
    /// <param name="exp">a polynomial for exp; its domain is that of logits less their mean</param>
    /// <param name="inverse">a polynomial for 1 / x on the sums of exp over the classes</param>
    /// <exception cref="ArgumentException">the layouts do not fit</exception>
    public static Tensor SoftmaxGradient(
        this Tensor logits, Tensor labels, Tensor weights, HeadShape shape, int batch, UnitPolynomial exp, UnitPolynomial inverse) =>
        logits.Graph.AddSingle(new SoftmaxGradient("loss_gradient", logits, labels, weights, shape, batch, exp, inverse));
}
