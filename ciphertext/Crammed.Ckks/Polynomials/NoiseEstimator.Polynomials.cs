using System.Numerics;

namespace Crammed.Ckks;

/// <summary>Noise of polynomials, followed through their plan.</summary>
public sealed partial class NoiseEstimator
{
    /// <summary>
    /// A bound on the standard deviation of each part of the error that <see cref="Evaluator.EvaluatePolynomial"/> leaves in a slot
    /// that holds this argument. Errors of basis polynomials of one slot depend on each other, so they add up in absolute value;
    /// roundings and key switches are independent. Integers that stand for coefficients are off by 1/2 at most in each part.
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
        var powers = new Dictionary<int, Estimate> { [1] = new(argument, error, scale, level) };
        foreach (PowerStep step in plan.Powers)
            powers.Add(step.Index, EstimatePower(step, plan.Basis, powers));
        int resultLevel = level - plan.Depth;
        return EstimateNode(plan.Root, powers, resultLevel, resultScale ?? parameters.ScaleAt(resultLevel)).Error;
    }

    private Estimate EstimatePower(PowerStep step, PolynomialBasis basis, Dictionary<int, Estimate> powers)
    {
        Estimate left = powers[step.Left], right = powers[step.Right];
        int level = Math.Min(left.Level, right.Level);
        double productScale = left.Scale * right.Scale, scale = productScale / parameters.Moduli[level];
        Complex value = left.Value * right.Value;
        double error = ProductError(left, right);
        if (basis == PolynomialBasis.Chebyshev)
        {
            Estimate subtrahend = step.Difference == 0 ? new(1, 0, 1, level) : powers[step.Difference];
            value = 2 * value - subtrahend.Value;
            error = 2 * error + subtrahend.Error + CoefficientRounding(subtrahend, productScale);
        }
        return new(value, Together(error, RelinearizeAndRescale(level, scale)), scale, level - 1);
    }

    private Estimate EstimateNode(PolynomialNode node, Dictionary<int, Estimate> powers, int level, double scale)
    {
        double sumScale = scale * parameters.Moduli[level + 1];
        Complex value = node.Constant;
        double error = 1 / sumScale;
        foreach ((int index, Complex coefficient) in node.Terms)
        {
            value += coefficient * powers[index].Value;
            error += Complex.Abs(coefficient) * powers[index].Error + CoefficientRounding(powers[index], sumScale);
        }
        foreach (PolynomialProduct product in node.Products)
        {
            Estimate giant = powers[product.Giant];
            Estimate quotient = EstimateNode(product.Quotient, powers, level + 1, sumScale / giant.Scale);
            value += quotient.Value * giant.Value;
            error += ProductError(quotient, giant);
        }
        double rounding = node.Products.Count == 0 ? Rescale(scale) : RelinearizeAndRescale(level + 1, scale);
        return new(value, Together(error, rounding), scale, level);
    }

    private static double ProductError(Estimate left, Estimate right) =>
        Complex.Abs(left.Value) * right.Error + Complex.Abs(right.Value) * left.Error + Math.Sqrt(2) * left.Error * right.Error;

    /// <summary>The value times an error of up to 1/2 in both parts of the integer that multiplies it.</summary>
    private static double CoefficientRounding(Estimate factor, double productScale) =>
        Complex.Abs(factor.Value) * Math.Sqrt(0.5) * factor.Scale / productScale;

    /// <summary>A slot's value and error in a ciphertext of this scale and level.</summary>
    private readonly record struct Estimate(Complex Value, double Error, double Scale, int Level);
}
