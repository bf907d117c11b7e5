using System.Security.Cryptography;
using Crammed.Ckks.Ring;

namespace Crammed.Ckks.Client;

/// <summary>
/// Makes single evaluation keys: for each digit j a pair (b_j, a_j) with b_j = e_j - a_j s + P s' on the moduli of digit j and without the
/// last term on the others (Han, Ki 2020, section 3), P being the product of the key's special primes. Thread-safe; digits are made in
/// parallel.
/// </summary>
internal sealed unsafe class SwitchingKeyGenerator(SecretKey secret)
{
    private readonly CkksParameters _parameters = secret.Parameters;

    private RingContext Ring => _parameters.Ring;

    /// <summary>The named key for ciphertexts up to a level.</summary>
    /// <param name="id">which key</param>
    /// <param name="level">the highest level it is to serve</param>
    /// <param name="ephemeral">the secret that a key to or from the ephemeral secret is for; other keys need none</param>
    public SwitchingKey Create(EvaluationKeyId id, int level, EphemeralSecret? ephemeral)
    {
        var shape = id.Shape(_parameters, level);
        return id.Kind switch
        {
            EvaluationKeyKind.Relinearization => CreateRelinearizationKey(shape),
            EvaluationKeyKind.DenseToEphemeral => CreateKey(secret.Values, ephemeral!.Values, shape),
            EvaluationKeyKind.EphemeralToDense => CreateKey(ephemeral!.Values, secret.Values, shape),
            _ => CreateAutomorphismKey(id.Element(Ring.N), shape),
        };
    }

    /// <summary>destination = transform of error - uniform * secret, modulo one prime.</summary>
    public static void Mask(
        RingContext ring, double* destination, double* uniform, double* secret, ReadOnlySpan<double> error, int modulusIndex)
    {
        var modulus = ring.Moduli[modulusIndex];
        error.CopyTo(new Span<double>(destination, ring.N));
        ring.ForwardNtt(destination, modulusIndex);
        using var product = new SecretPolynomial(ring, 1);
        ring.Kernels.Multiply(product.Limb(0), uniform, secret, ring.N, modulus);
        ring.Kernels.Subtract(destination, destination, product.Limb(0), ring.N, modulus);
    }

    private SwitchingKey CreateRelinearizationKey(SwitchingKeyShape shape)
    {
        using var square = new SecretPolynomial(Ring, shape.Level + 1);
        for (var limb = 0; limb <= shape.Level; limb++)
        {
            var values = secret.Values.Limb(limb);
            Ring.Kernels.Multiply(square.Limb(limb), values, values, Ring.N, Ring.Moduli[limb]);
        }
        return CreateKey(square.Polynomial, secret.Values, shape);
    }

    /// <summary>The key from s to the preimage of s under X -> X^g; see <see cref="Evaluator.Rotate"/>.</summary>
    private SwitchingKey CreateAutomorphismKey(int element, SwitchingKeyShape shape)
    {
        using var preimage = new SecretPolynomial(Ring, Ring.Moduli.Length);
        var permutation = Ring.Permutation(GaloisElement.Invert(element, Ring.N));
        for (var i = 0; i < Ring.Moduli.Length; i++)
            Ring.ApplyAutomorphism(preimage.Limb(i), secret.Values.Limb(i), permutation);
        return CreateKey(secret.Values, preimage.Polynomial, shape);
    }

    /// <param name="from">the secret switched from, transformed, modulo q_0 ... q_level at least</param>
    /// <param name="to">the secret switched to, transformed, modulo all of the ring's moduli</param>
    /// <param name="shape">digits and moduli of the key</param>
    private SwitchingKey CreateKey(RnsPolynomial from, RnsPolynomial to, SwitchingKeyShape shape)
    {
        var key = SwitchingKey.Rent(_parameters, shape, RandomNumberGenerator.GetBytes(AesKeyStream.SeedBytes));
        try
        {
            ParallelLoop.Run(shape.DigitCount, new ParallelOptions(), digit => FillDigit(key, digit, from, to));
            return key;
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    private void FillDigit(SwitchingKey key, int digit, RnsPolynomial from, RnsPolynomial to)
    {
        using var expander = new UniformExpander(key.Seed);
        using var sampler = new SecretSampler();
        using var error = new SecretPolynomial(Ring, 1);
        sampler.FillGaussian(error.LimbSpan(0));
        for (var limb = 0; limb < key.LimbCount; limb++)
        {
            var index = digit * key.LimbCount + limb;
            var modulusIndex = key.ModulusIndex(index);
            var masked = key.Masked.Limb(index);
            key.ExpandUniform(expander, index);
            Mask(Ring, masked, key.Uniform.Limb(index), to.Limb(modulusIndex), error.LimbSpan(0), modulusIndex);
            if (!key.Shape.Owns(digit, limb))
                continue;
            var special = _parameters.BaseConversions.SpecialModulo(limb, key.Shape.SpecialCount);
            Ring.Kernels.MultiplyConstantAdd(masked, from.Limb(limb), special, Ring.N, Ring.Moduli[limb]);
        }
    }
}
