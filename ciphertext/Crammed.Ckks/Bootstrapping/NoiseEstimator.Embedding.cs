using System.Collections.Concurrent;

namespace Crammed.Ckks;

/// <summary>Noise of the embedding on ciphertexts.</summary>
public sealed partial class NoiseEstimator
{
    /// <summary>Mean square rows of each factor, of all diagonals and of rotated ones: at N = 2^16 they take a second to find.</summary>
    private readonly ConcurrentDictionary<(EmbeddingPlan Plan, double Constant), (double Row, double RotatedRow)[]> _embeddingRows = new();

    /// <summary>
    /// The result of <see cref="Evaluator.SlotsToCoeffs"/> or <see cref="Evaluator.CoeffsToSlots"/>, in its slots, as
    /// <see cref="LinearTransform"/> says factor by factor. A factor is a multiple of a unitary map, so the root mean square grows by its
    /// gain exactly; and each input enters an output on one path only, so errors of different slots do not meet again.
    /// </summary>
    public SlotEstimate Embedding(SlotEstimate operand, EmbeddingTransform transform) =>
        PlannedEmbedding(operand, transform.Plan, transform.Constant);

    /// <summary>As above, before the transform is encoded.</summary>
    /// <param name="operand">at the plan's level</param>
    /// <param name="plan">the factors</param>
    /// <param name="constant">what the map is multiplied by, as <see cref="EmbeddingTransform"/> shares it out</param>
    private SlotEstimate PlannedEmbedding(SlotEstimate operand, EmbeddingPlan plan, double constant)
    {
        var rows = _embeddingRows.GetOrAdd((plan, constant), key => RowsOf(key.Plan, key.Constant));
        (var rms, var error) = (operand.Rms, operand.Error);
        for (var i = 0; i < plan.Depth; i++)
        {
            var factor = plan.Factors[i];
            var (row, rotatedRow) = rows[i];
            error = TransformError(factor, parameters.Moduli[factor.Level], row, rotatedRow, operand.Scale, rms, error);
            rms *= Math.Sqrt(row);
        }
        return operand with { Level = plan.Level - plan.Depth, Rms = rms, Error = error };
    }

    private static (double Row, double RotatedRow)[] RowsOf(EmbeddingPlan plan, double constant)
    {
        var share = Math.Pow(constant, 1.0 / plan.Depth);
        return [.. Enumerable.Range(0, plan.Depth).Select(i =>
        {
            var diagonals = plan.DiagonalsOf(i, share);
            return (diagonals.MeanSquareRow(_ => true), diagonals.MeanSquareRow(plan.Factors[i].HasBabyStep));
        })];
    }

    /// <summary>
    /// The standard deviation of the error of one coefficient over the scale, in units of the message, where a part of a slot has
    /// <paramref name="error"/>: N independent coefficients make it sqrt(N/2) times theirs.
    /// </summary>
    public double InCoefficients(double error) => error / Math.Sqrt(parameters.SlotCount);
}
