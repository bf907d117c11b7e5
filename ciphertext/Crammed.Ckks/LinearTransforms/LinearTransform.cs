using System.Collections.Concurrent;
using System.Numerics;
using Crammed.Ckks.Ring;

namespace Crammed.Ckks;

/// <summary>In which form the diagonals of a <see cref="LinearTransform"/> are kept.</summary>
public enum DiagonalStorage
{
    /// <summary>Transformed, modulo q_0 ... q_level and P: fastest, 8 N bytes for each of these primes.</summary>
    Transformed,

    /// <summary>
    /// Integer coefficients, 8 N bytes in all; whenever a diagonal is used they are transformed modulo each prime. Several ciphertexts of one
    /// batch share that.
    /// </summary>
    Coefficients,
}

/// <summary>
/// A linear map on slots, encoded for <see cref="Evaluator.Transform"/> at one level and scale: its diagonals, each rotated back by its
/// giant step, modulo q_0 ... q_level and P or as integers. Owns its memory; immutable and safe to share.
/// </summary>
public sealed unsafe class LinearTransform : IDisposable
{
    /// <summary>By index; of <see cref="DiagonalStorage.Transformed"/>.</summary>
    private readonly ConcurrentDictionary<int, RnsPolynomial> _transformed = new();

    /// <summary>By index; of <see cref="DiagonalStorage.Coefficients"/>.</summary>
    private readonly ConcurrentDictionary<int, IntegerPolynomial> _coefficients = new();

    /// <param name="encoder">an encoder for the plan's parameters</param>
    /// <param name="diagonals">the map</param>
    /// <param name="plan">a plan for these diagonals</param>
    /// <param name="scale">
    /// what the diagonals are multiplied by; the scale of a result is that of the operand times this, divided by q_level. By default the
    /// canonical scale of the plan's level, with which results stand at the canonical scale of the level below. q_level itself
    /// leaves the scale as it is.
    /// </param>
    /// <param name="storage">in which form the diagonals are kept: time against memory</param>
    /// <exception cref="ArgumentException">the plan is for other diagonals or another parameter set, or a diagonal cannot be encoded at the
    /// scale</exception>
    public LinearTransform(
        CkksEncoder encoder, GeneralizedDiagonals diagonals, LinearTransformPlan plan, double? scale = null,
        DiagonalStorage storage = DiagonalStorage.Transformed)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentNullException.ThrowIfNull(diagonals);
        ArgumentNullException.ThrowIfNull(plan);
        if (diagonals.Period != plan.Period || !diagonals.Indices.SequenceEqual(plan.Diagonals))
        {
            throw new ArgumentException(
                $"the map has {diagonals.Indices.Count} diagonals of period {diagonals.Period}, the plan is for other ones: {plan}",
                nameof(plan));
        }
        if (!encoder.Parameters.Matches(plan.Parameters))
            throw new ArgumentException($"the encoder belongs to {encoder.Parameters.Name}, the plan to {plan.Parameters.Name}", nameof(encoder));
        Plan = plan;
        Storage = storage;
        Scale = scale ?? plan.Parameters.ScaleAt(plan.Level);
        MeanSquareRow = diagonals.MeanSquareRow(_ => true);
        MeanSquareRotatedRow = diagonals.MeanSquareRow(plan.HasBabyStep);
        try
        {
            Encode(encoder, diagonals);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>A transform with the plan of the least estimated time.</summary>
    /// <exception cref="ArgumentException">as from the constructors of plan and transform</exception>
    public static LinearTransform Create(
        CkksParameters parameters, CkksEncoder encoder, GeneralizedDiagonals diagonals, int level, double? scale = null)
    {
        ArgumentNullException.ThrowIfNull(diagonals);
        return new LinearTransform(
            encoder, diagonals, new LinearTransformPlan(parameters, diagonals.Period, diagonals.Indices, level), scale);
    }

    public LinearTransformPlan Plan { get; }

    /// <summary>What the diagonals are multiplied by.</summary>
    public double Scale { get; }

    /// <summary>In which form the diagonals are kept.</summary>
    public DiagonalStorage Storage { get; }

    /// <summary>Bytes of residue memory.</summary>
    public long Bytes =>
        _transformed.Values.Sum(diagonal => diagonal.Bytes) + _coefficients.Values.Sum(diagonal => diagonal.Bytes);

    /// <summary>The mean over rows of Σ_k |d_k[i]|^2.</summary>
    internal double MeanSquareRow { get; }

    /// <summary>As <see cref="MeanSquareRow"/>, over the diagonals whose baby step is not zero.</summary>
    internal double MeanSquareRotatedRow { get; }

    /// <summary>Returns the memory to the pool.</summary>
    public void Dispose()
    {
        foreach (var diagonal in _transformed.Values)
            diagonal.Dispose();
        foreach (var diagonal in _coefficients.Values)
            diagonal.Dispose();
    }

    /// <summary>
    /// One transformed limb of a diagonal, over q_0 ... q_level and P: where it is kept, or the scratch of N residues, which it is written to.
    /// </summary>
    internal double* Limb(int diagonal, int limb, double* scratch)
    {
        if (Storage == DiagonalStorage.Transformed)
            return _transformed[diagonal].Limb(limb);
        _coefficients[diagonal].Transform(scratch, Plan.Parameters.ExtendedModulusIndex(limb, Plan.Level));
        return scratch;
    }

    internal void ThrowIfDisposed()
    {
        _transformed.Values.FirstOrDefault()?.Limb(0);
        _coefficients.Values.FirstOrDefault()?.ThrowIfDisposed();
    }

    private void Encode(CkksEncoder encoder, GeneralizedDiagonals diagonals)
    {
        (int Giant, int Index)[] list =
            [.. Plan.GiantSteps.SelectMany(giant => Plan.BabyStepsOf(giant), (giant, baby) => (giant, giant + baby))];
        ParallelLoop.Run(list.Length, new ParallelOptions(), i =>
        {
            (var giant, var index) = list[i];
            var diagonal = diagonals[index];
            var slots = new Complex[Plan.Parameters.SlotCount];
            for (var slot = 0; slot < slots.Length; slot++)
                slots[slot] = diagonal[GeneralizedDiagonals.Modulo(slot - giant, Plan.Period)];
            if (Storage == DiagonalStorage.Transformed)
                _transformed[index] = encoder.EncodeExtended(slots, Plan.Level, Scale);
            else
                _coefficients[index] = encoder.ToCoefficients(slots, Plan.Level, Scale, slots.Length);
        });
    }
}
