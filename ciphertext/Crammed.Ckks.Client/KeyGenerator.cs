using System.Security.Cryptography;
using Crammed.Ckks.Ring;
using Crammed.Ckks.Serialization;
using Crammed.Files;

namespace Crammed.Ckks.Client;

/// <summary>
/// Makes the keys that others need from a secret key. Evaluation keys take gigabytes: before the first is made, there must be room for all.
/// Thread-safe; generation is parallel over keys, the largest first, and over digits.
/// </summary>
public sealed unsafe class KeyGenerator
{
    private readonly SecretKey _secret;
    private readonly CkksParameters _parameters;
    private readonly SwitchingKeyGenerator _generator;
    private readonly ISystemResources _resources;

    /// <param name="secret">the key whose owner this is; it must outlive the generator</param>
    /// <param name="resources">
    /// who is asked for free memory and disk space, the operating system unless given; <see cref="SystemResources.Unchecked"/> for no check
    /// </param>
    public KeyGenerator(SecretKey secret, ISystemResources? resources = null)
    {
        ArgumentNullException.ThrowIfNull(secret);
        _secret = secret;
        _parameters = secret.Parameters;
        _generator = new SwitchingKeyGenerator(secret);
        _resources = resources ?? SystemResources.Process;
    }

    /// <summary>A public key, for encryption at any level.</summary>
    public PublicKey CreatePublicKey()
    {
        var ring = _parameters.Ring;
        var seed = RandomNumberGenerator.GetBytes(AesKeyStream.SeedBytes);
        var count = _parameters.MaxLevel + 1;
        using var sampler = new SecretSampler();
        using var error = new SecretPolynomial(ring, 1);
        sampler.FillGaussian(error.LimbSpan(0));
        RnsPolynomial masked = ring.Rent(count), uniform = UniformExpander.Expand(ring, count, seed);
        for (var i = 0; i < count; i++)
            SwitchingKeyGenerator.Mask(ring, masked.Limb(i), uniform.Limb(i), _secret.Values.Limb(i), error.LimbSpan(0), i);
        return new PublicKey(_parameters, _secret.KeyId, seed, masked, uniform);
    }

    /// <summary>Keys for a server, in memory.</summary>
    /// <param name="request">which keys, and up to which levels</param>
    /// <param name="progress">told after each key, one report at a time</param>
    /// <param name="cancellation">stops the generation</param>
    /// <exception cref="ArgumentOutOfRangeException">a level that the parameters do not have</exception>
    /// <exception cref="ArgumentException">the keys of encapsulation for a set without bootstrapping</exception>
    /// <exception cref="InsufficientMemoryException">there is no room for them; none was made</exception>
    /// <exception cref="OperationCanceledException">it was cancelled; no memory is held</exception>
    public EvaluationKeys CreateEvaluationKeys(
        EvaluationKeyRequest request, IProgress<WorkProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var plan = request.Plan(_parameters);
        plan.RequireMemory(0, _resources);
        using var ephemeral = EphemeralSecretFor(request);
        var slots = new EvaluationKeySlot[plan.Keys.Count];
        var counter = new KeyProgressCounter(progress, plan.Keys.Count, plan.MemoryBytes);
        try
        {
            IEnumerable<int> largestFirst = Enumerable.Range(0, slots.Length).OrderByDescending(i => plan.Keys[i].MemoryBytes);
            ParallelLoop.RunInOrder(largestFirst, Options(0, cancellation), i =>
            {
                (var id, var level) = plan.List[i];
                slots[i] = new EvaluationKeySlot(id, _generator.Create(id, level, ephemeral));
                counter.Add(plan.Keys[i].MemoryBytes);
            });
        }
        catch
        {
            foreach (var slot in slots)
                slot?.Dispose();
            throw;
        }
        return new EvaluationKeys(_parameters, _secret.KeyId, slots);
    }

    /// <summary>
    /// Keys for a server as a file for <see cref="EvaluationKeys.Open"/>, which appears whole or not at all. Each key is written and
    /// forgotten as soon as it is made: memory holds as many as there are threads.
    /// </summary>
    /// <param name="path">the file; an earlier one is replaced at the end</param>
    /// <param name="request">which keys, and up to which levels</param>
    /// <param name="progress">told after each key, one report at a time</param>
    /// <param name="maxDegreeOfParallelism">keys that are made at the same time; 0 means one per processor</param>
    /// <param name="cancellation">stops the generation</param>
    /// <returns>what the file holds; no key is loaded</returns>
    /// <exception cref="ArgumentOutOfRangeException">a level that the parameters do not have</exception>
    /// <exception cref="ArgumentException">the keys of encapsulation for a set without bootstrapping</exception>
    /// <exception cref="InsufficientDiskSpaceException">
    /// the file system has no room for the file beside an earlier one; nothing was made or written
    /// </exception>
    /// <exception cref="InsufficientMemoryException">there is no room for as many keys as are made at a time; none was made</exception>
    /// <exception cref="IOException">the file cannot be written</exception>
    /// <exception cref="OperationCanceledException">it was cancelled; no file is left, and an earlier one is as it was</exception>
    public IReadOnlyList<EvaluationKeyInfo> SaveEvaluationKeys(
        string path, EvaluationKeyRequest request, IProgress<WorkProgress>? progress = null, int maxDegreeOfParallelism = 0,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(request);
        ArgumentOutOfRangeException.ThrowIfNegative(maxDegreeOfParallelism);
        var plan = request.Plan(_parameters);
        plan.RequireRoom(path, maxDegreeOfParallelism, _resources);
        using var ephemeral = EphemeralSecretFor(request);
        var counter = new KeyProgressCounter(progress, plan.Keys.Count, plan.MemoryBytes);
        KeySetFile.Save(
            path, _parameters, _secret.KeyId, plan.List, (id, level) => _generator.Create(id, level, ephemeral),
            entry => counter.Add(entry.Id.Shape(_parameters, entry.Level).MemoryBytes(_parameters)),
            Options(maxDegreeOfParallelism, cancellation));
        return plan.Keys;
    }

    /// <summary>As many keys at a time as were asked for, or 0 for one per processor: what memory was checked for.</summary>
    private static ParallelOptions Options(int maxDegreeOfParallelism, CancellationToken cancellation) => new()
    {
        CancellationToken = cancellation,
        MaxDegreeOfParallelism = maxDegreeOfParallelism == 0 ? Environment.ProcessorCount : maxDegreeOfParallelism,
    };

    /// <summary>One for all keys of a request that are to or from it.</summary>
    private EphemeralSecret? EphemeralSecretFor(EvaluationKeyRequest request) =>
        request.Encapsulation ? EphemeralSecret.Generate(_parameters, _parameters.Bootstrapping!) : null;
}
