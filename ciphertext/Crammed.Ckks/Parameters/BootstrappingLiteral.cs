namespace Crammed.Ckks;

/// <summary>
/// How the levels of a set are shared out if it can bootstrap. From the bottom: q_0, the levels of SlotsToCoeffs, the working levels (of
/// which the correction after EvalMod takes some), those of EvalMod, those of CoeffsToSlots.
/// </summary>
/// <param name="SlotsToCoeffsLevels">levels of SlotsToCoeffs; a ciphertext enters with as many at least</param>
/// <param name="EvalModLevels">levels of the reduction modulo q_0 without its correction</param>
/// <param name="CoeffsToSlotsLevels">levels of CoeffsToSlots, the highest of the chain</param>
/// <param name="Log2MessageRatio">log2 of q_0 over the scale at which a message is raised</param>
/// <param name="CorrectionLevels">working levels that the arcsine after EvalMod takes: 1 for degree 1, 2 for degree 3, 3 for degree 5; 0 leaves no level for it, and EvalMod refuses such a set</param>
/// <param name="EphemeralWeight">Hamming weight h of the ephemeral secret under which the modulus is raised</param>
/// <param name="EphemeralSpecialBits">size in bits of the one special prime of the key to the ephemeral secret, which is the set's first
/// special prime: that has to have this size, and q_0 no larger one</param>
public sealed record BootstrappingLiteral(
    int SlotsToCoeffsLevels,
    int EvalModLevels,
    int CoeffsToSlotsLevels,
    int Log2MessageRatio = 8,
    int CorrectionLevels = 2,
    int EphemeralWeight = 32,
    int EphemeralSpecialBits = 50);
