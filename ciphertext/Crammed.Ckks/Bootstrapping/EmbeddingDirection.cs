namespace Crammed.Ckks;

/// <summary>Which way an <see cref="EmbeddingPlan"/> goes.</summary>
public enum EmbeddingDirection
{
    /// <summary>What was in the slots becomes the coefficients, in bit-reversed order.</summary>
    SlotsToCoeffs,

    /// <summary>What was in the coefficients, in bit-reversed order, becomes the slots.</summary>
    CoeffsToSlots,
}
