namespace Crammed.Ckks;

/// <summary>Noise of the embedding on ciphertexts.</summary>
public sealed partial class NoiseEstimator
{
    /// <summary>
    /// The result of <see cref="Evaluator.SlotsToCoeffs"/> or <see cref="Evaluator.CoeffsToSlots"/>, in its slots, as
    /// <see cref="LinearTransform"/> says factor by factor. A factor is a multiple of a unitary map, so the root mean square grows by its
    /// gain exactly; and each input enters an output on one path only, so errors of different slots do not meet again.
    /// </summary>
    public SlotEstimate Embedding(SlotEstimate operand, EmbeddingTransform transform)
    {
        (double rms, double error) = (operand.Rms, operand.Error);
        foreach (LinearTransform factor in transform.Factors)
        {
            error = LinearTransform(factor, operand.Scale, rms, error);
            rms *= Math.Sqrt(factor.MeanSquareRow);
        }
        EmbeddingPlan plan = transform.Plan;
        return operand with { Level = plan.Level - plan.Depth, Rms = rms, Error = error };
    }

    /// <summary>
    /// The standard deviation of the error of one coefficient over the scale, in units of the message, where a part of a slot has
    /// <paramref name="error"/>: N independent coefficients make it sqrt(N/2) times theirs.
    /// </summary>
    public double InCoefficients(double error) => error / Math.Sqrt(parameters.SlotCount);
}
