using System.Security.Cryptography;
using Crammed.Ckks.Arithmetic;
using Crammed.Ckks.Ring;

namespace Crammed.Ckks.Client;

/// <summary>
/// Encrypts plaintexts, either under the secret key (less noise, and half the size when serialized, since c_1 is a seed) or
/// under a public key. Thread-safe.
/// </summary>
public sealed unsafe class Encryptor
{
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
        using Plaintext plaintext = _encoder.Encode(values, level);
        return Encrypt(plaintext);
    }

    /// <summary>A fresh ciphertext at the plaintext's level and scale.</summary>
    public Ciphertext Encrypt(Plaintext plaintext)
    {
        ArgumentNullException.ThrowIfNull(plaintext);
        if (!plaintext.Parameters.Matches(_parameters))
            throw new ArgumentException($"Encrypt: the plaintext belongs to {plaintext.Parameters.Name}, the key to {_parameters.Name}");
        using var sampler = new SecretSampler();
        Ciphertext result = _secret is null ? EncryptPublic(plaintext, sampler) : EncryptSecret(plaintext, _secret, sampler);
        for (int limb = 0; limb <= plaintext.Level; limb++)
        {
            double* sum = result[0].Limb(limb);
            Ring.Kernels.Add(sum, sum, plaintext.Polynomial.Limb(limb), Ring.N, Ring.Moduli[limb]);
        }
        return result;
    }

    /// <summary>(m - a s, a) with a from a fresh seed, given the transformed m, which is overwritten by the result's c_0.</summary>
    internal static Ciphertext Mask(RnsPolynomial message, SecretKey secret, int level, double scale)
    {
        CkksParameters parameters = secret.Parameters;
        RingContext ring = parameters.Ring;
        byte[] seed = RandomNumberGenerator.GetBytes(AesKeyStream.SeedBytes);
        RnsPolynomial uniform = ring.Rent(level + 1);
        using var expander = new UniformExpander(seed);
        using RnsPolynomial product = ring.Rent(1);
        for (int limb = 0; limb <= level; limb++)
        {
            Modulus modulus = ring.Moduli[limb];
            expander.Fill(uniform.Limb(limb), ring.N, modulus, (ulong)limb);
            ring.Kernels.Multiply(product.Limb(0), uniform.Limb(limb), secret.Values.Limb(limb), ring.N, modulus);
            ring.Kernels.Subtract(message.Limb(limb), message.Limb(limb), product.Limb(0), ring.N, modulus);
        }
        product.Clear();
        return new Ciphertext(parameters, [message, uniform], level, scale, seed);
    }

    private Ciphertext EncryptSecret(Plaintext plaintext, SecretKey secret, SecretSampler sampler) =>
        Mask(TransformedError(sampler, plaintext.Level), secret, plaintext.Level, plaintext.Scale);

    /// <summary>(b u + e_0, a u + e_1) with u uniform ternary.</summary>
    private Ciphertext EncryptPublic(Plaintext plaintext, SecretSampler sampler)
    {
        int level = plaintext.Level;
        RnsPolynomial[] polynomials = [TransformedError(sampler, level), TransformedError(sampler, level)];
        using RnsPolynomial ternary = Ring.Rent(2);
        sampler.FillTernary(ternary.LimbSpan(0));
        for (int limb = 0; limb <= level; limb++)
        {
            Modulus modulus = Ring.Moduli[limb];
            double* values = ternary.Limb(1);
            ternary.LimbSpan(0).CopyTo(ternary.LimbSpan(1));
            Ring.ForwardNtt(values, limb);
            Ring.Kernels.MultiplyAdd(polynomials[0].Limb(limb), _public!.Masked.Limb(limb), values, Ring.N, modulus);
            Ring.Kernels.MultiplyAdd(polynomials[1].Limb(limb), _public.Uniform.Limb(limb), values, Ring.N, modulus);
        }
        ternary.Clear();
        return new Ciphertext(_parameters, polynomials, level, plaintext.Scale);
    }

    private RnsPolynomial TransformedError(SecretSampler sampler, int level)
    {
        RnsPolynomial error = Ring.Rent(level + 1);
        sampler.FillGaussian(error.LimbSpan(0));
        for (int limb = level; limb >= 0; limb--)
        {
            if (limb != 0)
                error.LimbSpan(0).CopyTo(error.LimbSpan(limb));
            Ring.ForwardNtt(error.Limb(limb), limb);
        }
        return error;
    }
}
