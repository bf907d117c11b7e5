using System.Security.Cryptography;
using Crammed.Ckks.Arithmetic;
using Crammed.Ckks.Ring;

namespace Crammed.Ckks.Client;

/// <summary>Makes the keys that others need from a secret key. Thread-safe; generation is parallel over keys and digits.</summary>
public sealed unsafe class KeyGenerator
{
    private readonly SecretKey _secret;
    private readonly CkksParameters _parameters;

    /// <param name="secret">the key whose owner this is; it must outlive the generator</param>
    public KeyGenerator(SecretKey secret)
    {
        ArgumentNullException.ThrowIfNull(secret);
        _secret = secret;
        _parameters = secret.Parameters;
    }

    private RingContext Ring => _parameters.Ring;

    /// <summary>A public key, for encryption at any level.</summary>
    public PublicKey CreatePublicKey()
    {
        byte[] seed = RandomNumberGenerator.GetBytes(AesKeyStream.SeedBytes);
        int count = _parameters.MaxLevel + 1;
        RnsPolynomial masked = Ring.Rent(count), uniform = Ring.Rent(count);
        using var expander = new UniformExpander(seed);
        using var sampler = new SecretSampler();
        using RnsPolynomial error = Ring.Rent(1);
        sampler.FillGaussian(error.LimbSpan(0));
        for (int limb = 0; limb < count; limb++)
        {
            expander.Fill(uniform.Limb(limb), Ring.N, Ring.Moduli[limb], (ulong)limb);
            Mask(masked.Limb(limb), uniform.Limb(limb), _secret.Values.Limb(limb), error, limb);
        }
        error.Clear();
        return new PublicKey(_parameters, seed, masked, uniform);
    }

    /// <summary>
    /// Keys for a server: relinearization for ciphertexts up to a level, rotations with the levels they must serve (of equal steps the
    /// highest counts; steps modulo N/2, zero needs no key), and conjugation.
    /// </summary>
    /// <param name="relinearizationLevel">highest level of products, or null for no relinearization key</param>
    /// <param name="rotations">steps to the left and the highest level at which they are used</param>
    /// <param name="conjugationLevel">highest level of conjugations, or null for no such key</param>
    /// <param name="progress">told after each key how many of how many are done</param>
    /// <param name="cancellation">stops the generation</param>
    /// <exception cref="ArgumentOutOfRangeException">a level that the parameters do not have</exception>
    public EvaluationKeys CreateEvaluationKeys(
        int? relinearizationLevel, IEnumerable<(int Steps, int Level)> rotations, int? conjugationLevel = null,
        IProgress<(int Done, int Total)>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(rotations);
        (int Element, int Level)[] galois = [.. ListGaloisKeys(rotations, conjugationLevel)];
        if (relinearizationLevel is int checkedLevel)
            _parameters.CheckLevel(checkedLevel);
        int offset = relinearizationLevel is null ? 0 : 1;
        var keys = new SwitchingKey[offset + galois.Length];
        int done = 0;
        var options = new ParallelOptions { CancellationToken = cancellation };
        try
        {
            Parallel.For(0, keys.Length, options, i =>
            {
                keys[i] = i < offset
                    ? CreateRelinearizationKey(relinearizationLevel!.Value)
                    : CreateGaloisKey(galois[i - offset].Element, galois[i - offset].Level);
                progress?.Report((Interlocked.Increment(ref done), keys.Length));
            });
        }
        catch
        {
            foreach (SwitchingKey? key in keys)
                key?.Dispose();
            throw;
        }
        var byElement = galois.Select((entry, i) => (entry.Element, Key: keys[offset + i])).ToDictionary(e => e.Element, e => e.Key);
        return new EvaluationKeys(_parameters, offset == 1 ? keys[0] : null, byElement);
    }

    private Dictionary<int, int> ListGalois(IEnumerable<(int Steps, int Level)> rotations)
    {
        var levels = new Dictionary<int, int>();
        foreach ((int steps, int level) in rotations)
        {
            _parameters.CheckLevel(level);
            int element = EvaluationKeys.RotationElement(_parameters, steps);
            if (element != 1)
                levels[element] = Math.Max(level, levels.GetValueOrDefault(element));
        }
        return levels;
    }

    private IEnumerable<(int Element, int Level)> ListGaloisKeys(IEnumerable<(int Steps, int Level)> rotations, int? conjugationLevel)
    {
        Dictionary<int, int> levels = ListGalois(rotations);
        if (conjugationLevel is int level)
            levels[GaloisElement.Conjugation(Ring.N)] = _parameters.CheckLevel(level);
        return levels.OrderBy(pair => pair.Key).Select(pair => (pair.Key, pair.Value));
    }

    private SwitchingKey CreateRelinearizationKey(int level)
    {
        using RnsPolynomial square = Ring.Rent(level + 1);
        for (int limb = 0; limb <= level; limb++)
        {
            double* secret = _secret.Values.Limb(limb);
            Ring.Kernels.Multiply(square.Limb(limb), secret, secret, Ring.N, Ring.Moduli[limb]);
        }
        SwitchingKey key = CreateSwitchingKey(square, _secret.Values, level);
        square.Clear();
        return key;
    }

    /// <summary>The key from s to the preimage of s under X -> X^g; see <see cref="Evaluator.Rotate"/>.</summary>
    private SwitchingKey CreateGaloisKey(int element, int level)
    {
        using RnsPolynomial preimage = Ring.Rent(Ring.Moduli.Length);
        NttPermutation permutation = Ring.Permutation(GaloisElement.Invert(element, Ring.N));
        for (int i = 0; i < Ring.Moduli.Length; i++)
            Ring.ApplyAutomorphism(preimage.Limb(i), _secret.Values.Limb(i), permutation);
        SwitchingKey key = CreateSwitchingKey(_secret.Values, preimage, level);
        preimage.Clear();
        return key;
    }

    /// <param name="from">the secret switched from, transformed, modulo q_0 ... q_level at least</param>
    /// <param name="to">the secret switched to, transformed, modulo all of the ring's moduli</param>
    /// <param name="level">the highest level the key is to serve</param>
    private SwitchingKey CreateSwitchingKey(RnsPolynomial from, RnsPolynomial to, int level)
    {
        SwitchingKey key = SwitchingKey.Expand(_parameters, level, RandomNumberGenerator.GetBytes(AesKeyStream.SeedBytes));
        Parallel.For(0, _parameters.DigitCount(level), digit =>
        {
            using var sampler = new SecretSampler();
            using RnsPolynomial error = Ring.Rent(1);
            sampler.FillGaussian(error.LimbSpan(0));
            for (int limb = 0; limb < key.LimbCount; limb++)
            {
                int modulusIndex = _parameters.ExtendedModulusIndex(limb, level);
                int index = digit * key.LimbCount + limb;
                double* masked = key.Masked.Limb(index);
                Mask(masked, key.Uniform.Limb(index), to.Limb(modulusIndex), error, modulusIndex);
                if (limb > level || limb / _parameters.DigitSize != digit)
                    continue;
                double special = _parameters.BaseConversions.SpecialModulo(limb);
                Ring.Kernels.MultiplyConstantAdd(masked, from.Limb(limb), special, Ring.N, Ring.Moduli[limb]);
            }
            error.Clear();
        });
        return key;
    }

    /// <summary>destination = transform of error - uniform * secret, modulo one prime.</summary>
    private void Mask(double* destination, double* uniform, double* secret, RnsPolynomial error, int modulusIndex)
    {
        Modulus modulus = Ring.Moduli[modulusIndex];
        error.LimbSpan(0).CopyTo(new Span<double>(destination, Ring.N));
        Ring.ForwardNtt(destination, modulusIndex);
        using RnsPolynomial product = Ring.Rent(1);
        Ring.Kernels.Multiply(product.Limb(0), uniform, secret, Ring.N, modulus);
        Ring.Kernels.Subtract(destination, destination, product.Limb(0), Ring.N, modulus);
        product.Clear();
    }
}
