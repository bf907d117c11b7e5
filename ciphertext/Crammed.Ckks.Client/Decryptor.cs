using System.Numerics;

namespace Crammed.Ckks.Client;

/// <summary>
/// Decrypts with the secret key. Thread-safe. What it returns carries the noise of the ciphertext, which depends on the key: values that
/// leave the key holder are to be rounded or flooded with noise first (IND-CPA-D; Li, Micciancio 2021).
/// </summary>
public sealed unsafe class Decryptor
{
    private readonly SecretKey _secret;
    private readonly CkksEncoder _encoder;

    /// <param name="secret">the key, which must outlive the decryptor</param>
    public Decryptor(SecretKey secret)
    {
        ArgumentNullException.ThrowIfNull(secret);
        _secret = secret;
        _encoder = new CkksEncoder(secret.Parameters);
    }

    /// <summary>c_0 + c_1 s + c_2 s^2 at the ciphertext's level and scale.</summary>
    /// <exception cref="ArgumentException">the ciphertext belongs to other parameters</exception>
    public Plaintext Decrypt(Ciphertext ciphertext)
    {
        CheckOwner(ciphertext);
        var message = _secret.Parameters.Ring.Rent(ciphertext.Level + 1);
        for (var limb = 0; limb <= ciphertext.Level; limb++)
            Phase(message.Limb(limb), ciphertext, limb);
        return new Plaintext(_secret.Parameters, message, ciphertext.Level, ciphertext.Scale);
    }

    /// <summary>
    /// The real parts of all N/2 slots. Only as many limbs are decrypted as the message's size asks for, usually two of them, of which one
    /// confirms the other; messages up to half the modulus of the level come out right (see <see cref="CentredCoefficients"/>).
    /// </summary>
    /// <exception cref="ArgumentException">the ciphertext belongs to other parameters</exception>
    public double[] DecryptToSlots(Ciphertext ciphertext)
    {
        CheckOwner(ciphertext);
        return _encoder.RealSlots(PhaseOf(ciphertext), ciphertext.Level, ciphertext.Scale, _secret.Parameters.SlotCount);
    }

    /// <summary>All N/2 complex slots, as <see cref="DecryptToSlots"/>.</summary>
    /// <exception cref="ArgumentException">the ciphertext belongs to other parameters</exception>
    public Complex[] DecryptToComplexSlots(Ciphertext ciphertext)
    {
        CheckOwner(ciphertext);
        return _encoder.ComplexSlots(PhaseOf(ciphertext), ciphertext.Level, ciphertext.Scale, _secret.Parameters.SlotCount);
    }

    internal void CheckOwner(Ciphertext ciphertext)
    {
        ArgumentNullException.ThrowIfNull(ciphertext);
        if (!ciphertext.Parameters.Matches(_secret.Parameters))
        {
            throw new ArgumentException(
                $"Decrypt: the ciphertext belongs to {ciphertext.Parameters.Name}, the key to {_secret.Parameters.Name}");
        }
    }

    private LimbReader PhaseOf(Ciphertext ciphertext) => (destination, limb) => Phase(destination, ciphertext, limb);

    /// <summary>One limb of c_0 + s (c_1 + s c_2), transformed.</summary>
    internal void Phase(double* destination, Ciphertext ciphertext, int limb)
    {
        var ring = _secret.Parameters.Ring;
        var modulus = ring.Moduli[limb];
        var secret = _secret.Values.Limb(limb);
        var last = ciphertext.PolynomialCount - 1;
        ring.Kernels.Multiply(destination, ciphertext[last].Limb(limb), secret, ring.N, modulus);
        for (var i = last - 1; i > 0; i--)
        {
            ring.Kernels.Add(destination, destination, ciphertext[i].Limb(limb), ring.N, modulus);
            ring.Kernels.Multiply(destination, destination, secret, ring.N, modulus);
        }
        ring.Kernels.Add(destination, destination, ciphertext[0].Limb(limb), ring.N, modulus);
    }
}
