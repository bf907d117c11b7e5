using System.Globalization;
using System.Numerics;

namespace Crammed.Ckks.Client;

/// <summary>
/// Decrypts with the secret key. Thread-safe. What it returns carries the noise of the ciphertext, which depends on the key: values that
/// leave the key holder are to be rounded or flooded with noise first (IND-CPA-D; Li, Micciancio 2021).
/// </summary>
public sealed unsafe class Decryptor
{
    /// <summary>How many times the expected error the imaginary parts of real results may be, in root mean square.</summary>
    public const double LargestImaginaryError = 16;

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
    /// <exception cref="ArgumentException">the ciphertext belongs to other parameters, or as <see cref="KeyMismatchException"/>
    /// to another secret key</exception>
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
    /// <exception cref="ArgumentException">the ciphertext belongs to other parameters, or as <see cref="KeyMismatchException"/>
    /// to another secret key</exception>
    public double[] DecryptToSlots(Ciphertext ciphertext)
    {
        CheckOwner(ciphertext);
        return _encoder.RealSlots(PhaseOf(ciphertext), ciphertext.Level, ciphertext.Scale, _secret.Parameters.SlotCount);
    }

    /// <summary>All N/2 complex slots, as <see cref="DecryptToSlots"/>.</summary>
    /// <exception cref="ArgumentException">the ciphertext belongs to other parameters, or as <see cref="KeyMismatchException"/>
    /// to another secret key</exception>
    public Complex[] DecryptToComplexSlots(Ciphertext ciphertext)
    {
        CheckOwner(ciphertext);
        return _encoder.ComplexSlots(PhaseOf(ciphertext), ciphertext.Level, ciphertext.Scale, _secret.Parameters.SlotCount);
    }

    /// <summary>
    /// As <see cref="DecryptToSlots"/>, for results that are real: their imaginary parts are nothing but error, and are refused where they
    /// are more.
    /// </summary>
    /// <remarks>
    /// Real slots are computed with real numbers, so what encryption, key switches, rescales and bootstraps add to imaginary parts
    /// passes through the program just as what they add to real ones: it is multiplied by the same derivatives. Errors of plaintexts and
    /// polynomials are real. So the root mean square of imaginary parts, over N/2 slots, is at most the real parts', which is what an
    /// estimator predicts; in a sample it spreads by 1 / sqrt(N), 1 % at N = 2^13. The multiple of 16 leaves four bits to an estimate
    /// that is to be right within one. On the other side, under a wrong key coefficients are uniform modulo q_0 ... q_level, and
    /// imaginary parts have a root mean square of sqrt(N / 24) q_0 ... q_level / scale, at least 2^13 at N = 2^11 for a prime q_0 ten
    /// bits above the scale: told from any error below 2^9, that is from any that leaves something of a result. Imaginary parts of other
    /// sizes say that values have left a domain, or the modulus.
    /// </remarks>
    /// <param name="ciphertext">what to decrypt</param>
    /// <param name="expectedError">the predicted root mean square of a slot's error, of its real part</param>
    /// <exception cref="InvalidDataException">imaginary parts are more than <see cref="LargestImaginaryError"/> times as large</exception>
    /// <exception cref="ArgumentOutOfRangeException">the error is not a positive number</exception>
    /// <exception cref="ArgumentException">as <see cref="DecryptToSlots"/></exception>
    public double[] DecryptToRealSlots(Ciphertext ciphertext, double expectedError)
    {
        if (!(expectedError > 0) || !double.IsFinite(expectedError))
            throw new ArgumentOutOfRangeException(nameof(expectedError), expectedError, "an expected error is a positive number");
        var slots = DecryptToComplexSlots(ciphertext);
        var rms = Math.Sqrt(slots.Average(slot => slot.Imaginary * slot.Imaginary));
        if (!(rms <= LargestImaginaryError * expectedError))
        {
            throw new InvalidDataException(string.Create(
                CultureInfo.InvariantCulture,
                $"the imaginary parts have a root mean square of {rms:E1}, the expected error is {expectedError:E1}: this is not what "
                + $"was to be computed; see that keys, plan and container belong together, and that values stay in their domains"));
        }
        return Array.ConvertAll(slots, slot => slot.Real);
    }

    internal void CheckOwner(Ciphertext ciphertext)
    {
        ArgumentNullException.ThrowIfNull(ciphertext);
        if (!ciphertext.Parameters.Matches(_secret.Parameters))
        {
            throw new ArgumentException(
                $"Decrypt: the ciphertext belongs to {ciphertext.Parameters.Name}, the key to {_secret.Parameters.Name}");
        }
        KeyMismatchException.ThrowIfDifferent("Decrypt", "the ciphertext", ciphertext.KeyId, "the secret key", _secret.KeyId);
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
