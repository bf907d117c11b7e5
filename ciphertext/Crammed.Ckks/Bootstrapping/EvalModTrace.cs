namespace Crammed.Ckks;

/// <summary>EvalMod of one slot: what comes out, and the noise on the way, in each part of the slot.</summary>
/// <param name="Value">the result, in units of the message</param>
/// <param name="Derivative">of the result with respect to the slot x / K that goes in</param>
/// <param name="CosineVariances">variance of the error of the cosine before the first and after each double angle</param>
/// <param name="Variance">variance of the result's error</param>
internal readonly record struct EvalModTrace(
    double Value, double Derivative, IReadOnlyList<double> CosineVariances, double Variance);
