using System.Numerics;

namespace Crammed.Ckks.Client;

/// <summary>Decrypts what is to be bootstrapped, for the checked mode of <see cref="Bootstrapper"/>.</summary>
/// <param name="secret">the key; it must outlive the probe</param>
public sealed class DecryptingRangeProbe(SecretKey secret) : IRangeProbe
{
    private readonly Decryptor _decryptor = new(secret);

    /// <inheritdoc/>
    public (int Slot, double Magnitude) Largest(Ciphertext ciphertext)
    {
        var slots = _decryptor.DecryptToComplexSlots(ciphertext);
        var slot = Enumerable.Range(0, slots.Length).MaxBy(i => LargerPart(slots[i]));
        return (slot, LargerPart(slots[slot]));
    }

    private static double LargerPart(Complex slot) => Math.Max(Math.Abs(slot.Real), Math.Abs(slot.Imaginary));
}
