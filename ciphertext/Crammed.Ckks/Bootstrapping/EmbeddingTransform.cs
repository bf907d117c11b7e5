namespace Crammed.Ckks;

/// <summary>
/// The factors of CoeffsToSlots or SlotsToCoeffs, encoded for <see cref="Evaluator.CoeffsToSlots"/> and
/// <see cref="Evaluator.SlotsToCoeffs"/>. The diagonals of a factor at level l have scale q_l, so that a ciphertext's scale stays exactly
/// as it is. Owns its memory; immutable and safe to share.
/// </summary>
public sealed class EmbeddingTransform : IDisposable
{
    private readonly List<LinearTransform> _factors = [];

    /// <param name="encoder">an encoder for the plan's parameters</param>
    /// <param name="plan">the factors</param>
    /// <param name="constant">what the map is multiplied by, each of its d factors by the d-th root: a positive number</param>
    /// <param name="storage">in which form the diagonals are kept</param>
    /// <exception cref="ArgumentOutOfRangeException">the constant is not positive and finite</exception>
    /// <exception cref="ArgumentException">the constant is so large that a diagonal cannot be encoded, or the encoder belongs to other
    /// parameters</exception>
    public EmbeddingTransform(
        CkksEncoder encoder, EmbeddingPlan plan, double constant = 1, DiagonalStorage storage = DiagonalStorage.Transformed)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentNullException.ThrowIfNull(plan);
        if (!(constant > 0) || double.IsInfinity(constant))
            throw new ArgumentOutOfRangeException(nameof(constant), constant, "the constant of an embedding is a positive number");
        Plan = plan;
        Constant = constant;
        try
        {
            var share = Math.Pow(constant, 1.0 / plan.Depth);
            for (var i = 0; i < plan.Depth; i++)
            {
                var factor = plan.Factors[i];
                double scale = plan.Parameters.Moduli[factor.Level];
                _factors.Add(new LinearTransform(encoder, plan.DiagonalsOf(i, share), factor, scale, storage));
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public EmbeddingPlan Plan { get; }

    /// <summary>What the map is multiplied by.</summary>
    public double Constant { get; }

    /// <summary>Bytes of residue memory.</summary>
    public long Bytes => _factors.Sum(factor => factor.Bytes);

    /// <summary>In the order in which they are applied.</summary>
    internal IReadOnlyList<LinearTransform> Factors => _factors;

    /// <summary>Returns the memory to the pool.</summary>
    public void Dispose()
    {
        foreach (var factor in _factors)
            factor.Dispose();
    }
}
