using System.Numerics;
using Crammed.Approximation;

namespace Crammed.Ckks;

/// <summary>Noise of polynomials, followed through their plan.</summary>
public sealed partial class NoiseEstimator
{
    /// <summary>
    /// The standard deviation of each part of the error that <see cref="Evaluator.EvaluatePolynomial"/> leaves in a slot that holds this
    /// argument: the derivative of the polynomial times the operand's error, and the derivative with respect to each basis polynomial and
    /// partial sum times what its rescale and relinearization add. Integers that stand for coefficients are off by up to 1/2 in each part,
    /// which is counted in full. Products of errors are left out.
    /// </summary>
    /// <param name="plan">the plan</param>
    /// <param name="level">level of the operand</param>
    /// <param name="scale">scale of the operand</param>
    /// <param name="argument">the slot's value</param>
    /// <param name="error">standard deviation of the operand's error, in each part of a slot</param>
    /// <param name="resultScale">scale of the result, or null for the canonical one</param>
    public double Polynomial(
        PolynomialPlan plan, int level, double scale, Complex argument, double error, double? resultScale = null)
    {
        var trace = new PolynomialTrace(this, parameters, plan, level, scale, argument, resultScale);
        var carried = Complex.Abs(trace.Derivative) * error;
        return Math.Sqrt(carried * carried + trace.Variance + Square(trace.CoefficientRounding));
    }
}
