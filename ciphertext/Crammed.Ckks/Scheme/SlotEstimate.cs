namespace Crammed.Ckks;

/// <summary>
/// What is expected of the slots of a ciphertext, for <see cref="NoiseEstimator"/> to carry through a circuit without computing it.
/// </summary>
/// <param name="Level">the ciphertext's level</param>
/// <param name="Scale">the ciphertext's scale</param>
/// <param name="Rms">root mean square of the moduli of the message's slots, in units of the message</param>
/// <param name="Error">standard deviation of the error in the real part of a slot, and equally in the imaginary part, in units of the
/// message</param>
/// <param name="PolynomialCount">2, or 3 for a product that is not relinearized</param>
public readonly record struct SlotEstimate(int Level, double Scale, double Rms, double Error, int PolynomialCount = 2)
{
    /// <summary>Bits of the message above its error: log2(Rms / Error).</summary>
    public double Log2Precision => Math.Log2(Rms / Error);
}
