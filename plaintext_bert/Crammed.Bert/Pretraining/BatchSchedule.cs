namespace Crammed.Bert;

/// <summary>
/// How many sequences a step takes, and in which micro-batches, whose gradients add up. The step grows with the used budget, linearly up to
/// the target and in whole micro-batches (Geiping and Goldstein 2023, section 4.3); single documents keep their proportion to sequences.
/// </summary>
/// <param name="target">Sequences of a step after the ramp, at least 1.</param>
/// <param name="documents">Single documents of such a step.</param>
/// <param name="microBatch">Most sequences of one forward and backward pass, at least 1.</param>
/// <param name="ramp">Share of the budget, 0 to 1, after which the target is reached; 0: from the start.</param>
internal sealed class BatchSchedule(int target, int documents, int microBatch, double ramp)
{
    /// <summary>Sequences of the step that starts with this share of the budget used.</summary>
    public int SequencesAt(double usedBudget)
    {
        if (usedBudget >= ramp)
            return target;
        var microBatches = ((long)(usedBudget / ramp * target) / microBatch) + 1;
        return (int)Math.Min(target, microBatches * microBatch);
    }

    /// <summary>The step's micro-batches; their weights sum to 1.</summary>
    public IEnumerable<MicroBatch> At(double usedBudget)
    {
        var sequences = SequencesAt(usedBudget);
        for (var start = 0; start < sequences; start += microBatch)
        {
            var end = Math.Min(sequences, start + microBatch);
            yield return new MicroBatch(
                end - start, DocumentsBefore(end) - DocumentsBefore(start), (end - start) / (double)sequences);
        }
    }

    private int DocumentsBefore(int sequence) => (int)((long)documents * sequence / target);
}

/// <summary>What one forward and backward pass takes of a step.</summary>
/// <param name="Sequences">Packed sequences.</param>
/// <param name="Documents">Single documents.</param>
/// <param name="Weight">Its share of the step's loss, above 0, up to 1.</param>
internal readonly record struct MicroBatch(int Sequences, int Documents, double Weight);
