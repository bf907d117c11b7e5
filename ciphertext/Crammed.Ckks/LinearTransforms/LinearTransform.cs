using System.Numerics;
using Crammed.Ckks.Ring;

namespace Crammed.Ckks;

/// <summary>
/// A linear map on slots, encoded for <see cref="Evaluator.Transform"/> at one level and scale: its diagonals modulo q_0 ... q_level
/// and P, each rotated back by its giant step. Owns its memory; immutable and safe to share.
/// </summary>
public sealed class LinearTransform : IDisposable
{
    private readonly Dictionary<int, RnsPolynomial> _diagonals = [];

    /// <param name="encoder">an encoder for the plan's parameters</param>
    /// <param name="diagonals">the map</param>
    /// <param name="plan">a plan for these diagonals</param>
    /// <param name="scale">
    /// what the diagonals are multiplied by; the scale of a result is that of the operand times this, divided by q_level. By default the
    /// canonical scale of the plan's level, with which results stand at the canonical scale of the level below. q_level itself
    /// leaves the scale as it is.
    /// </param>
    /// <exception cref="ArgumentException">the plan is for other diagonals, or a diagonal cannot be encoded at the scale</exception>
    public LinearTransform(CkksEncoder encoder, GeneralizedDiagonals diagonals, LinearTransformPlan plan, double? scale = null)
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
        Plan = plan;
        Scale = scale ?? plan.Parameters.ScaleAt(plan.Level);
        MeanSquareRow = diagonals.MeanSquareRow(_ => true);
        var unrotated = plan.GiantSteps.Where(giant => plan.BabyStepsOf(giant)[0] == 0).ToHashSet();
        MeanSquareRotatedRow = diagonals.MeanSquareRow(index => !unrotated.Contains(index));
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

    /// <summary>Bytes of residue memory.</summary>
    public long Bytes => _diagonals.Values.Sum(diagonal => diagonal.Bytes);

    /// <summary>The mean over rows of Σ_k |d_k[i]|^2.</summary>
    internal double MeanSquareRow { get; }

    /// <summary>As <see cref="MeanSquareRow"/>, over the diagonals whose baby step is not zero.</summary>
    internal double MeanSquareRotatedRow { get; }

    /// <summary>Diagonal giantStep + babyStep.</summary>
    internal RnsPolynomial this[int giantStep, int babyStep] => _diagonals[giantStep + babyStep];

    /// <summary>Returns the memory to the pool.</summary>
    public void Dispose()
    {
        foreach (RnsPolynomial diagonal in _diagonals.Values)
            diagonal.Dispose();
    }

    internal unsafe void ThrowIfDisposed() => _diagonals.Values.First().Limb(0);

    private void Encode(CkksEncoder encoder, GeneralizedDiagonals diagonals)
    {
        var slots = new Complex[Plan.Parameters.SlotCount];
        foreach (int giant in Plan.GiantSteps)
        {
            foreach (int baby in Plan.BabyStepsOf(giant))
            {
                ReadOnlySpan<Complex> diagonal = diagonals[giant + baby];
                for (int i = 0; i < slots.Length; i++)
                    slots[i] = diagonal[GeneralizedDiagonals.Modulo(i - giant, Plan.Period)];
                _diagonals.Add(giant + baby, encoder.EncodeExtended(slots, Plan.Level, Scale));
            }
        }
    }
}
