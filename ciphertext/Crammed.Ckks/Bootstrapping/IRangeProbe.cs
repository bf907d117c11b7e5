namespace Crammed.Ckks;

/// <summary>
/// Looks into ciphertexts, which only the holder of the secret key can: for the checked mode of <see cref="Bootstrapper"/>, in tests and while
/// ranges are calibrated.
/// </summary>
public interface IRangeProbe
{
    /// <summary>The slot with the largest real or imaginary part, and the size of that part.</summary>
    (int Slot, double Magnitude) Largest(Ciphertext ciphertext);
}
