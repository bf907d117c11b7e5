using System.Numerics;
using System.Security.Cryptography;
using Crammed.Ckks.Ring;

namespace Crammed.Ckks.Client;

/// <summary>
/// Encrypts plaintexts, either under the secret key (less noise, and half the size when serialized, since c_1 is a seed) or
/// under a public key. Thread-safe.
/// </summary>
public sealed unsafe class Encryptor
{
    /// <summary>Residues that are multiplied and added at a time, 8 KiB.</summary>
    private const int CacheBlock = 1024;

    private readonly CkksParameters _parameters;
    private readonly CkksEncoder _encoder;
    private readonly SecretKey? _secret;
    private readonly PublicKey? _public;

    /// <summary>Encrypts under the secret key, which must outlive the encryptor.</summary>
    public Encryptor(SecretKey secret)
    {
        ArgumentNullException.ThrowIfNull(secret);
        _secret = secret;
        _parameters = secret.Parameters;
        _encoder = new CkksEncoder(_parameters);
    }

    /// <summary>Encrypts under a public key, which must outlive the encryptor.</summary>
    public Encryptor(PublicKey publicKey)
    {
        ArgumentNullException.ThrowIfNull(publicKey);
        _public = publicKey;
        _parameters = publicKey.Parameters;
        _encoder = new CkksEncoder(_parameters);
    }

    private RingContext Ring => _parameters.Ring;

    /// <summary>Encodes real numbers at the level's canonical scale and encrypts them.</summary>
    /// <exception cref="ArgumentException">as <see cref="CkksEncoder.Encode(ReadOnlySpan{double}, int, double)"/></exception>
    public Ciphertext Encrypt(ReadOnlySpan<double> values, int level)
    {
        var scale = _parameters.ScaleAt(level);
        using var message = _encoder.ToCoefficients(values, level, scale, _parameters.SlotCount);
        return Encrypt(message, level, scale);
    }

    /// <summary>Encodes complex numbers at the level's canonical scale and encrypts them.</summary>
    /// <exception cref="ArgumentException">as <see cref="CkksEncoder.Encode(ReadOnlySpan{Complex}, int, double)"/></exception>
    public Ciphertext Encrypt(ReadOnlySpan<Complex> values, int level)
    {
        var scale = _parameters.ScaleAt(level);
        using var message = _encoder.ToCoefficients(values, level, scale, _parameters.SlotCount);
        return Encrypt(message, level, scale);
    }

    /// <summary>A fresh ciphertext at the plaintext's level and scale.</summary>
    /// <exception cref="ArgumentException">the plaintext belongs to other parameters</exception>
    public Ciphertext Encrypt(Plaintext plaintext)
    {
        ArgumentNullException.ThrowIfNull(plaintext);
        if (!plaintext.Parameters.Matches(_parameters))
            throw new ArgumentException($"Encrypt: the plaintext belongs to {plaintext.Parameters.Name}, the key to {_parameters.Name}");
        using var zero = IntegerPolynomial.Zero(Ring);
        var result = Encrypt(zero, plaintext.Level, plaintext.Scale);
        for (var limb = 0; limb <= plaintext.Level; limb++)
        {
            var sum = result[0].Limb(limb);
            Ring.Kernels.Add(sum, sum, plaintext.Polynomial.Limb(limb), Ring.N, Ring.Moduli[limb]);
        }
        return result;
    }

    /// <summary>(m - a s, a) with a from a fresh seed, given m with its error.</summary>
    internal static Ciphertext Mask(IntegerPolynomial message, SecretKey secret, int level, double scale)
    {
        var parameters = secret.Parameters;
        var ring = parameters.Ring;
        var seed = RandomNumberGenerator.GetBytes(AesKeyStream.SeedBytes);
        RnsPolynomial masked = ring.Rent(level + 1), uniform = ring.Rent(level + 1);
        using var expander = new UniformExpander(seed);
        using var product = ring.Rent(1);
        for (var limb = 0; limb <= level; limb++)
        {
            message.Transform(masked.Limb(limb), limb);
            expander.Fill(uniform.Limb(limb), ring.N, ring.Moduli[limb], (ulong)limb);
            SubtractProduct(ring, masked.Limb(limb), uniform.Limb(limb), secret.Values.Limb(limb), product.Limb(0), limb);
        }
        product.Clear();
        return new Ciphertext(parameters, secret.KeyId, [masked, uniform], level, scale, seed);
    }

    /// <summary>accumulator -= left * right modulo one prime, in pieces that stay in the nearest cache.</summary>
    private static void SubtractProduct(
        RingContext ring, double* accumulator, double* left, double* right, double* product, int modulusIndex)
    {
        var modulus = ring.Moduli[modulusIndex];
        var length = Math.Min(ring.N, CacheBlock);
        for (var start = 0; start < ring.N; start += length)
        {
            ring.Kernels.Multiply(product, left + start, right + start, length, modulus);
            ring.Kernels.Subtract(accumulator + start, accumulator + start, product, length, modulus);
        }
    }

    /// <summary>Encrypts a message that has not been transformed: its error is added first, so that both need one transform.</summary>
    private Ciphertext Encrypt(IntegerPolynomial message, int level, double scale)
    {
        using var sampler = new SecretSampler();
        AddError(message, sampler);
        var result = _secret is null
            ? EncryptPublic(message, level, scale, sampler)
            : Mask(message, _secret, level, scale);
        message.Clear();
        return result;
    }

    /// <summary>(b u + e_0 + m, a u + e_1) with u uniform ternary, given e_0 + m; all transforms modulo a prime in a row.</summary>
    private Ciphertext EncryptPublic(IntegerPolynomial message, int level, double scale, SecretSampler sampler)
    {
        using var error = IntegerPolynomial.Zero(Ring);
        AddError(error, sampler);
        using RnsPolynomial coefficients = Ring.Rent(1), ternary = Ring.Rent(1);
        sampler.FillTernary(coefficients.LimbSpan(0));
        var result = Ciphertext.Allocate(_parameters, _public!.KeyId, 2, level, scale);
        for (var limb = 0; limb <= level; limb++)
        {
            double* values = ternary.Limb(0), masked = result[0].Limb(limb), uniform = result[1].Limb(limb);
            coefficients.LimbSpan(0).CopyTo(ternary.LimbSpan(0));
            Ring.ForwardNtt(values, limb);
            message.Transform(masked, limb);
            error.Transform(uniform, limb);
            Ring.Kernels.MultiplyAdd(masked, _public.Masked.Limb(limb), values, Ring.N, Ring.Moduli[limb]);
            Ring.Kernels.MultiplyAdd(uniform, _public.Uniform.Limb(limb), values, Ring.N, Ring.Moduli[limb]);
        }
        error.Clear();
        coefficients.Clear();
        ternary.Clear();
        return result;
    }

    private void AddError(IntegerPolynomial polynomial, SecretSampler sampler)
    {
        using var error = Ring.Rent(1);
        sampler.FillGaussian(error.LimbSpan(0));
        polynomial.AddSmall(error.LimbSpan(0));
        error.Clear();
    }
}
