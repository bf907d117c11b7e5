using Crammed.Approximation;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Tensors;

/// <summary>
/// The step (1 + sign(x)) / 2 of a ReLU as programs evaluate it: polynomials one after the other, the first of the image x / K in [-1, 1],
/// which whoever computes x has in its weights.
/// </summary>
/// <remarks>
/// It is less 1/2, odd, so that slots without a value stay zero. Between the stages values are taken smaller by 1 + 2^-10, which the next
/// stage's coefficients undo: the extrema of a minimax sign are its ends, and noise would put them outside the next domain.
/// </remarks>
public sealed class StepFunction
{
    private const double Room = 1 + 1.0 / (1 << 10);

    private readonly (string Name, ChebyshevPolynomial Polynomial)[] _stages;

    /// <param name="function">layer and tensor that it is applied to; names its polynomials in the program</param>
    /// <param name="relu">the ReLU on [-K, K]</param>
    public StepFunction(string function, RectifiedLinear relu)
    {
        Function = function;
        Bound = relu.Domain.High;
        Exact = relu.Step;
        var stages = relu.Step.Stages;
        _stages = [.. stages.Select((stage, i) => (i == 0 ? function : $"{function}.stage{i + 1}", OnUnit(stage, i, stages.Count)))];
    }

    public string Function { get; }

    /// <summary>K.</summary>
    public double Bound { get; }

    /// <summary>Levels from the image down to the step.</summary>
    public int Depth => _stages.Sum(stage => stage.Polynomial.Depth);

    /// <summary>The step on [-K, K], of which the stages are another form.</summary>
    internal CompositePolynomial Exact { get; }

    /// <summary>Emits the step less 1/2 of each vector. As many levels as <see cref="Depth"/>.</summary>
    /// <param name="program">where to</param>
    /// <param name="image">x / K, in [-1, 1]</param>
    internal Value Lower(ProgramBuilder program, Value image) => _stages.Aggregate(
        image, (value, stage) => program.Polynomial("sign", value, stage.Name, stage.Polynomial));

    private static ChebyshevPolynomial OnUnit(ChebyshevPolynomial stage, int number, int count)
    {
        // The constant 1/2 of the last stage is the only even coefficient of all.
        var odd = new ChebyshevPolynomial(Interval.Unit, stage.Coefficients.Select((c, i) => i == 0 ? 0 : c));
        var (inner, outer) = (number == 0 ? 1 : Room, number == count - 1 ? 1 : Room);
        return ChebyshevFit.Interpolate(t => odd.Evaluate(inner * t) / outer, Interval.Unit, stage.Degree);
    }
}
