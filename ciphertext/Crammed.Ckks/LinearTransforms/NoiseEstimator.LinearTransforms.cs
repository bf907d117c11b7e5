namespace Crammed.Ckks;

/// <summary>Noise of rotations that are summed before they are divided by P.</summary>
public sealed partial class NoiseEstimator
{
    /// <summary>
    /// The root mean square over the slots of the error of <see cref="Evaluator.Transform"/>, given root mean square of |slot| and
    /// error of the operand. With ‖d‖^2 the mean over rows of Σ_k |d_k|^2 these add up: ‖d‖ times the operand's error; ‖d‖ times a
    /// key's error for the diagonals with a baby step; the rounding of each diagonal's encoding, times the slots; for each giant step a
    /// key's error and the rounding of one division by P, at the scale before the rescale; the last rounding.
    /// </summary>
    /// <param name="transform">the transform</param>
    /// <param name="inputScale">scale of the operand</param>
    /// <param name="rms">root mean square of the absolute values of the operand's slots</param>
    /// <param name="error">standard deviation of the operand's error, in each part of a slot</param>
    public double LinearTransform(LinearTransform transform, double inputScale, double rms, double error) => TransformError(
        transform.Plan, transform.Scale, transform.MeanSquareRow, transform.MeanSquareRotatedRow, inputScale, rms, error);

    /// <summary>As above, before the map is encoded.</summary>
    /// <param name="plan">the transform's plan</param>
    /// <param name="scale">what the diagonals are multiplied by</param>
    /// <param name="row">‖d‖^2</param>
    /// <param name="rotatedRow">‖d‖^2 over the diagonals with a baby step</param>
    /// <param name="inputScale">scale of the operand</param>
    /// <param name="rms">root mean square of the absolute values of the operand's slots</param>
    /// <param name="error">standard deviation of the operand's error, in each part of a slot</param>
    private double TransformError(
        LinearTransformPlan plan, double scale, double row, double rotatedRow, double inputScale, double rms, double error)
    {
        var key = InnerProductVariance(plan.Level);
        var unscaled = inputScale * scale;
        var encoding = EncodeRounding(scale, plan.Period) * rms;
        var division = InSlots(key + RoundingVariance * parameters.N * SecretVariance, unscaled);
        var giants = plan.GiantSteps.Count(step => step != 0);
        return Math.Sqrt(
            row * Square(error)
            + rotatedRow * Square(InSlots(key, inputScale))
            + plan.Diagonals.Count * Square(encoding)
            + giants * Square(division)
            + Square(Rescale(unscaled / parameters.Moduli[plan.Level])));
    }

    /// <summary>
    /// The error of <see cref="Evaluator.InnerSum"/> of up to N/2 slots with independent errors: count of the operand's, and those of
    /// rotations count - 1 times. (The doubling of 2^k terms is used floor(count / 2^(k+1)) times, in as many different slots, together
    /// count less its ones in binary; the other rotations once, as many as there are ones but one.)
    /// </summary>
    /// <param name="count">terms of the sum</param>
    /// <param name="level">level of the operand</param>
    /// <param name="scale">scale of the operand</param>
    /// <param name="error">standard deviation of the operand's error, in each part of a slot</param>
    public double InnerSum(int count, int level, double scale, double error) =>
        Math.Sqrt(count * Square(error) + (count - 1) * Square(KeySwitch(level, scale)));

    private static double Square(double value) => value * value;
}
