namespace Crammed.Ckks;

/// <summary>EvalMod of one slot: what comes out, and the noise on the way, in each part of the slot.</summary>
/// <param name="Value">the result, in units of the message</param>
/// <param name="Derivative">of the result with respect to the slot x / K that goes in</param>
/// <param name="CosineVariances">variance of the error of the cosine before the first and after each double angle</param>
/// <param name="Variance">variance of the result's error</param>
internal readonly record struct EvalModTrace(
    double Value, double Derivative, IReadOnlyList<double> CosineVariances, double Variance);

/// <summary>Noise of EvalMod, followed through its polynomials and double angles.</summary>
public sealed partial class NoiseEstimator
{
    /// <summary>
    /// <see cref="Evaluator.EvalMod"/> of a slot that holds x / K: its value, its derivative, and the variances of what rescales and
    /// relinearizations add in each part of the slot. The operand's error is not in them. Roundings of coefficients, at scales of 2^50 and
    /// the same for equal x, are left out.
    /// </summary>
    internal EvalModTrace EvalMod(EvalModPlan plan, double x)
    {
        var scales = plan.DoubleAngleScales;
        var cosine = new PolynomialTrace(
            this, parameters, plan.CosinePlan, plan.InputLevel, parameters.ScaleAt(plan.InputLevel), x / plan.Bound, scales[0]);
        double value = cosine.Value.Real, derivative = cosine.Derivative.Real;
        var variances = new List<double> { cosine.Variance };
        for (var i = 1; i <= plan.DoubleAngles; i++)
        {
            // cos 2θ = 2 cos^2 θ - 1 multiplies an error by 4 cos θ.
            var rounding = RelinearizeAndRescale(parameters.WorkingLevel + plan.DoubleAngles - i + 1, scales[i]);
            variances.Add(Square(4 * value) * variances[^1] + Square(rounding));
            derivative *= 4 * value;
            value = 2 * value * value - 1;
        }
        var correction = new PolynomialTrace(this, parameters, plan.CorrectionPlan, parameters.WorkingLevel, scales[^1], value);
        var slope = correction.Derivative.Real;
        var variance = Square(slope) * variances[^1] + correction.Variance;
        return new EvalModTrace(correction.Value.Real, derivative * slope, variances, variance);
    }
}
