using System.Security.Cryptography;
using Crammed.Ckks.Ring;
using Crammed.Ckks.Serialization;

namespace Crammed.Ckks.Client;

/// <summary>Makes the keys that others need from a secret key. Thread-safe; generation is parallel over keys and digits.</summary>
public sealed unsafe class KeyGenerator
{
    private readonly SecretKey _secret;
    private readonly CkksParameters _parameters;
    private readonly SwitchingKeyGenerator _generator;

    /// <param name="secret">the key whose owner this is; it must outlive the generator</param>
    public KeyGenerator(SecretKey secret)
    {
        ArgumentNullException.ThrowIfNull(secret);
        _secret = secret;
        _parameters = secret.Parameters;
        _generator = new SwitchingKeyGenerator(secret);
    }

    /// <summary>A public key, for encryption at any level.</summary>
    public PublicKey CreatePublicKey()
    {
        RingContext ring = _parameters.Ring;
        byte[] seed = RandomNumberGenerator.GetBytes(AesKeyStream.SeedBytes);
        int count = _parameters.MaxLevel + 1;
        using var sampler = new SecretSampler();
        using var error = new SecretPolynomial(ring, 1);
        sampler.FillGaussian(error.LimbSpan(0));
        RnsPolynomial masked = ring.Rent(count), uniform = UniformExpander.Expand(ring, count, seed);
        for (int i = 0; i < count; i++)
            SwitchingKeyGenerator.Mask(ring, masked.Limb(i), uniform.Limb(i), _secret.Values.Limb(i), error.LimbSpan(0), i);
        return new PublicKey(_parameters, seed, masked, uniform);
    }

    /// <summary>
    /// Keys for a server that does not bootstrap, in memory: relinearization for ciphertexts up to a level, rotations with the levels they
    /// must serve (of equal steps the highest counts; steps modulo N/2, zero needs no key), and conjugation.
    /// </summary>
    /// <param name="relinearizationLevel">highest level of products, or null for no relinearization key</param>
    /// <param name="rotations">steps to the left and the highest level at which they are used</param>
    /// <param name="conjugationLevel">highest level of conjugations, or null for no such key</param>
    /// <param name="progress">told after each key how many of how many are done</param>
    /// <param name="cancellation">stops the generation</param>
    /// <exception cref="ArgumentOutOfRangeException">a level that the parameters do not have</exception>
    /// <exception cref="OperationCanceledException">it was cancelled; no memory is held</exception>
    public EvaluationKeys CreateEvaluationKeys(
        int? relinearizationLevel, IEnumerable<(int Steps, int Level)> rotations, int? conjugationLevel = null,
        IProgress<(int Done, int Total)>? progress = null, CancellationToken cancellation = default) =>
        CreateEvaluationKeys(Request(relinearizationLevel, rotations, conjugationLevel), progress, cancellation);

    /// <summary>Keys for a server, in memory.</summary>
    /// <param name="request">which keys, and up to which levels</param>
    /// <param name="progress">told after each key how many of how many are done</param>
    /// <param name="cancellation">stops the generation</param>
    /// <exception cref="ArgumentOutOfRangeException">a level that the parameters do not have</exception>
    /// <exception cref="ArgumentException">the keys of encapsulation for a set without bootstrapping</exception>
    /// <exception cref="OperationCanceledException">it was cancelled; no memory is held</exception>
    public EvaluationKeys CreateEvaluationKeys(
        EvaluationKeyRequest request, IProgress<(int Done, int Total)>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        (EvaluationKeyId Id, int Level)[] list = request.ListKeys(_parameters);
        using EphemeralSecret? ephemeral = EphemeralSecretFor(request);
        var slots = new EvaluationKeySlot[list.Length];
        int done = 0;
        try
        {
            ParallelLoop.Run(list.Length, new ParallelOptions { CancellationToken = cancellation }, i =>
            {
                slots[i] = new EvaluationKeySlot(list[i].Id, _generator.Create(list[i].Id, list[i].Level, ephemeral));
                progress?.Report((Interlocked.Increment(ref done), list.Length));
            });
        }
        catch
        {
            foreach (EvaluationKeySlot? slot in slots)
                slot?.Dispose();
            throw;
        }
        return new EvaluationKeys(_parameters, slots);
    }

    /// <summary>Keys for a server that does not bootstrap, as a file; see the other overload.</summary>
    /// <param name="path">the file; an earlier one is replaced at the end</param>
    /// <param name="relinearizationLevel">highest level of products, or null for no relinearization key</param>
    /// <param name="rotations">steps to the left and the highest level at which they are used</param>
    /// <param name="conjugationLevel">highest level of conjugations, or null for no such key</param>
    /// <param name="progress">told after each key how many of how many are done</param>
    /// <param name="maxDegreeOfParallelism">keys that are made at the same time; 0 means one per processor</param>
    /// <param name="cancellation">stops the generation</param>
    /// <returns>what the file holds; no key is loaded</returns>
    public IReadOnlyList<EvaluationKeyInfo> SaveEvaluationKeys(
        string path, int? relinearizationLevel, IEnumerable<(int Steps, int Level)> rotations, int? conjugationLevel = null,
        IProgress<(int Done, int Total)>? progress = null, int maxDegreeOfParallelism = 0, CancellationToken cancellation = default) =>
        SaveEvaluationKeys(
            path, Request(relinearizationLevel, rotations, conjugationLevel), progress, maxDegreeOfParallelism, cancellation);

    /// <summary>
    /// Keys for a server as a file for <see cref="EvaluationKeys.Open"/>, which appears whole or not at all. Each key is written and
    /// forgotten as soon as it is made: memory holds as many as there are threads.
    /// </summary>
    /// <param name="path">the file; an earlier one is replaced at the end</param>
    /// <param name="request">which keys, and up to which levels</param>
    /// <param name="progress">told after each key how many of how many are done</param>
    /// <param name="maxDegreeOfParallelism">keys that are made at the same time; 0 means one per processor</param>
    /// <param name="cancellation">stops the generation</param>
    /// <returns>what the file holds; no key is loaded</returns>
    /// <exception cref="ArgumentOutOfRangeException">a level that the parameters do not have</exception>
    /// <exception cref="ArgumentException">the keys of encapsulation for a set without bootstrapping</exception>
    /// <exception cref="IOException">the file cannot be written, for want of room on the disk for instance</exception>
    /// <exception cref="OperationCanceledException">it was cancelled; no file is left, and an earlier one is as it was</exception>
    public IReadOnlyList<EvaluationKeyInfo> SaveEvaluationKeys(
        string path, EvaluationKeyRequest request, IProgress<(int Done, int Total)>? progress = null, int maxDegreeOfParallelism = 0,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(request);
        ArgumentOutOfRangeException.ThrowIfNegative(maxDegreeOfParallelism);
        (EvaluationKeyId Id, int Level)[] list = request.ListKeys(_parameters);
        using EphemeralSecret? ephemeral = EphemeralSecretFor(request);
        var options = new ParallelOptions
        {
            CancellationToken = cancellation,
            MaxDegreeOfParallelism = maxDegreeOfParallelism == 0 ? Environment.ProcessorCount : maxDegreeOfParallelism,
        };
        int done = 0;
        KeySetFile.Save(
            path, _parameters, list, (id, level) => _generator.Create(id, level, ephemeral),
            () => progress?.Report((Interlocked.Increment(ref done), list.Length)), options);
        return [.. list.Select(key => EvaluationKeys.Describe(_parameters, key.Id, key.Level, isLoaded: false))];
    }

    private static EvaluationKeyRequest Request(
        int? relinearizationLevel, IEnumerable<(int Steps, int Level)> rotations, int? conjugationLevel)
    {
        ArgumentNullException.ThrowIfNull(rotations);
        return new EvaluationKeyRequest
        {
            RelinearizationLevel = relinearizationLevel,
            ConjugationLevel = conjugationLevel,
            Rotations = [.. rotations],
        };
    }

    /// <summary>One for all keys of a request that are to or from it.</summary>
    private EphemeralSecret? EphemeralSecretFor(EvaluationKeyRequest request) =>
        request.Encapsulation ? EphemeralSecret.Generate(_parameters, _parameters.Bootstrapping!) : null;
}
