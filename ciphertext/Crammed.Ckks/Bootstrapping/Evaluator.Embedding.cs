namespace Crammed.Ckks;

/// <summary>The embedding on ciphertexts: slots become coefficients, and coefficients slots (order: <see cref="EmbeddingPlan"/>).</summary>
public sealed unsafe partial class Evaluator
{
    /// <summary>
    /// A ciphertext whose coefficients are the operand's slots times the transform's constant, in bit-reversed order;
    /// <see cref="EmbeddingPlan.Depth"/> levels below the plan's, at the operand's scale. The operand's level may be higher than the
    /// plan's: it counts as dropped to it. Noise: <see cref="NoiseEstimator.Embedding"/>.
    /// </summary>
    /// <param name="ciphertext">slots that repeat with period <see cref="EmbeddingPlan.Slots"/>; others mix</param>
    /// <param name="transform">the factors of SlotsToCoeffs</param>
    /// <exception cref="InvalidOperationException">the operand is below the plan's level or not relinearized, or a rotation key is missing
    /// or serves lower levels only</exception>
    /// <exception cref="ArgumentException">operand or transform belong to other parameters, or the transform is CoeffsToSlots</exception>
    /// <exception cref="ObjectDisposedException">operand or transform is disposed</exception>
    public Ciphertext SlotsToCoeffs(Ciphertext ciphertext, EmbeddingTransform transform) =>
        SlotsToCoeffsBatch([ciphertext], transform)[0];

    /// <summary>As <see cref="SlotsToCoeffs"/>, for many ciphertexts; see <see cref="TransformBatch"/>.</summary>
    public Ciphertext[] SlotsToCoeffsBatch(IReadOnlyList<Ciphertext> ciphertexts, EmbeddingTransform transform) =>
        ApplyEmbedding(nameof(SlotsToCoeffs), EmbeddingDirection.SlotsToCoeffs, ciphertexts, transform);

    /// <summary>
    /// A ciphertext whose slots are the operand's coefficients, taken in bit-reversed order, times the transform's constant; levels,
    /// scale and noise as for <see cref="SlotsToCoeffs"/>.
    /// </summary>
    /// <param name="ciphertext">if slots are sparse, one whose coefficients outside of the subring are zero</param>
    /// <param name="transform">the factors of CoeffsToSlots</param>
    /// <exception cref="InvalidOperationException">as for <see cref="SlotsToCoeffs"/></exception>
    /// <exception cref="ArgumentException">operand or transform belong to other parameters, or the transform is SlotsToCoeffs</exception>
    /// <exception cref="ObjectDisposedException">operand or transform is disposed</exception>
    public Ciphertext CoeffsToSlots(Ciphertext ciphertext, EmbeddingTransform transform) =>
        CoeffsToSlotsBatch([ciphertext], transform)[0];

    /// <summary>As <see cref="CoeffsToSlots"/>, for many ciphertexts; see <see cref="TransformBatch"/>.</summary>
    public Ciphertext[] CoeffsToSlotsBatch(IReadOnlyList<Ciphertext> ciphertexts, EmbeddingTransform transform) =>
        ApplyEmbedding(nameof(CoeffsToSlots), EmbeddingDirection.CoeffsToSlots, ciphertexts, transform);

    private Ciphertext[] ApplyEmbedding(
        string operation, EmbeddingDirection direction, IReadOnlyList<Ciphertext> ciphertexts, EmbeddingTransform transform)
    {
        ArgumentNullException.ThrowIfNull(ciphertexts);
        foreach (var ciphertext in ciphertexts)
            CheckEmbedding(operation, direction, ciphertext, transform);
        var results = TransformBatch(ciphertexts, transform.Factors[0]);
        foreach (var factor in transform.Factors.Skip(1))
        {
            var operands = results;
            results = TransformBatch(operands, factor);
            DisposeAll(operands);
        }
        return results;
    }

    /// <summary>Checks everything before the first factor, so that nothing fails halfway.</summary>
    private void CheckEmbedding(string operation, EmbeddingDirection direction, Ciphertext ciphertext, EmbeddingTransform transform)
    {
        ArgumentNullException.ThrowIfNull(ciphertext);
        ArgumentNullException.ThrowIfNull(transform);
        var plan = transform.Plan;
        if (plan.Direction != direction)
            throw new ArgumentException($"{operation}: the transform is {plan.Direction}", nameof(transform));
        CheckPolynomials(operation, ciphertext, 2);
        CheckOwner(operation, plan.Parameters);
        if (ciphertext.Level < plan.Level)
        {
            throw new InvalidOperationException(
                $"{operation}: the transform is for level {plan.Level}, the operand is below it ({Describe(ciphertext)})");
        }
        ciphertext.ThrowIfDisposed();
        transform.Factors[0].ThrowIfDisposed();
        foreach ((var steps, var level) in plan.Rotations)
            CheckRotationKey(operation, level, ciphertext.Scale, steps);
    }
}
