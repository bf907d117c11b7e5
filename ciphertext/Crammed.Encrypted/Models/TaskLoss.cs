using Crammed.Approximation;
using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Tensors;
using Crammed.Model;

namespace Crammed.Encrypted.Models;

/// <summary>What a task's training minimizes: the mean over a batch.</summary>
public abstract record TaskLoss
{
    /// <summary>Of the probabilities of classes, from the polynomials.</summary>
    private const double ProbabilityError = 1e-5;

    /// <summary>The gradient by the logits, times <see cref="ScalarNames.LossScale"/>.</summary>
    /// <param name="logits">[example, class], as <see cref="HeadShape.Logits"/></param>
    /// <param name="labels">likewise</param>
    /// <param name="weights">[example]</param>
    /// <param name="head">of the model</param>
    /// <param name="batch">examples that the mean is over</param>
    public abstract Tensor Gradient(Tensor logits, Tensor labels, Tensor weights, HeadShape head, int batch);

    /// <summary>The loss of a task: squared error of scores; cross-entropy of two classes, or of more.</summary>
    /// <param name="classes">0 for scores</param>
    /// <param name="functions">on the calibrated ranges</param>
    /// <param name="deepest">levels that a polynomial may take</param>
    /// <exception cref="InvalidDataException">no range of the logits' differences, or one so wide that no polynomial will do</exception>
    internal static TaskLoss Of(int classes, CalibratedFunctions functions, int deepest) => classes switch
    {
        0 => new SquaredErrorLoss(),
        2 => new TwoClassLoss(new UnitPolynomial("sigmoid", functions.Sigmoid().Approximation)),
        _ => OfClasses(classes, functions.Range(ActivationNames.LogitDifference), deepest),
    };

    private static ClassesLoss OfClasses(int classes, Interval differences, int deepest)
    {
        // A logit less the mean of all is the mean of its differences to the others, over all classes.
        var bound = Math.Max(-differences.Low, differences.High) * (classes - 1) / classes;
        // A twentieth of room for noise.
        var sums = new Interval(0.95 * classes, 1.05 * classes * Math.Cosh(bound));
        // exp(c) is at most e^bound, and divided by at least C; an inverse is multiplied by at most e^bound.
        var exp = FittedFunction.Choose(
            "exp", Math.Exp, NonPolynomial.Exp.DerivativeFactors, new Interval(-bound, bound), ProbabilityError * classes / 2, deepest);
        var inverse = FittedFunction.Choose(
            "inverse", x => 1 / x, NonPolynomial.Inverse.DerivativeFactors, sums, ProbabilityError / Math.Exp(bound) / 2, deepest);
        return new ClassesLoss(new UnitPolynomial(exp.Name, exp.Approximation), new UnitPolynomial(inverse.Name, inverse.Approximation));
    }
}

/// <summary>Squared error of one score an example.</summary>
public sealed record SquaredErrorLoss : TaskLoss
{
    public override Tensor Gradient(Tensor logits, Tensor labels, Tensor weights, HeadShape head, int batch) =>
        logits.SquaredErrorGradient(labels, weights, head, batch);
}

/// <summary>Cross-entropy of two classes.</summary>
/// <param name="Sigmoid">of the difference of two logits</param>
public sealed record TwoClassLoss(UnitPolynomial Sigmoid) : TaskLoss
{
    public override Tensor Gradient(Tensor logits, Tensor labels, Tensor weights, HeadShape head, int batch) =>
        logits.CrossEntropyGradient(labels, weights, head, batch, Sigmoid);
}

/// <summary>Cross-entropy of any number of classes.</summary>
/// <param name="Exp">of logits less their mean</param>
/// <param name="Inverse">of sums of <paramref name="Exp"/> over the classes</param>
public sealed record ClassesLoss(UnitPolynomial Exp, UnitPolynomial Inverse) : TaskLoss
{
    public override Tensor Gradient(Tensor logits, Tensor labels, Tensor weights, HeadShape head, int batch) =>
        logits.SoftmaxGradient(labels, weights, head, batch, Exp, Inverse);
}
