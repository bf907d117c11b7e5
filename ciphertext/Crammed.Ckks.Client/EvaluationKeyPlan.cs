using Crammed.Ckks.Ring;
using Crammed.Ckks.Serialization;
using Crammed.Files;

namespace Crammed.Ckks.Client;

/// <summary>
/// The evaluation keys of a request before any of them is made: their manifest, what they take in memory and on disk, and what making them
/// takes. Immutable.
/// </summary>
public sealed class EvaluationKeyPlan
{
    private readonly (EvaluationKeyId Id, int Level)[] _list;

    internal EvaluationKeyPlan(CkksParameters parameters, (EvaluationKeyId Id, int Level)[] list)
    {
        _list = list;
        Parameters = parameters;
        Keys = [.. list.Select(key => EvaluationKeys.Describe(parameters, key.Id, key.Level, isLoaded: false))];
        MemoryBytes = Keys.Sum(key => key.MemoryBytes);
        FileBytes = KeySetManifest.Plan(parameters, default, list).FileBytes;
    }

    public CkksParameters Parameters { get; }

    /// <summary>Every key, none loaded, in the order of files: by kind and steps.</summary>
    public IReadOnlyList<EvaluationKeyInfo> Keys { get; }

    /// <summary>Bytes of residues of all keys together, as a server needs that uses every one of them.</summary>
    public long MemoryBytes { get; }

    /// <summary>Bytes of the file, its manifest included.</summary>
    public long FileBytes { get; }

    /// <summary>Name and level of each key, in the order of <see cref="Keys"/>.</summary>
    internal IReadOnlyList<(EvaluationKeyId Id, int Level)> List => _list;

    /// <summary>
    /// The most memory for polynomials, in bytes, that
    /// <see cref="KeyGenerator.CreateEvaluationKeys(EvaluationKeyRequest, IProgress{WorkProgress}?, CancellationToken)"/> comes to hold: all
    /// keys, and secrets and errors of those that are being made.
    /// </summary>
    /// <param name="threads">keys that are made at the same time; 0 means one per processor</param>
    /// <exception cref="ArgumentOutOfRangeException">a negative number of threads</exception>
    public long MemoryBytesToCreate(int threads = 0) =>
        AllocatedBytes(Keys.Sum(LimbsOf) + TemporaryLimbs(ThreadCount(threads)));

    /// <summary>
    /// The most memory for polynomials, in bytes, that
    /// <see cref="KeyGenerator.SaveEvaluationKeys(string, EvaluationKeyRequest, IProgress{WorkProgress}?, int, CancellationToken)"/> comes
    /// to hold: the largest keys that are made at the same time, their secrets and errors, and buffers of keys of other sizes that
    /// <see cref="ResidueMemory"/> keeps until it is trimmed.
    /// </summary>
    /// <param name="threads">keys that are made at the same time; 0 means one per processor</param>
    /// <exception cref="ArgumentOutOfRangeException">a negative number of threads</exception>
    public long MemoryBytesToSave(int threads = 0)
    {
        var degree = ThreadCount(threads);
        // A buffer is used again for its size or a little less, so in the end there are at most as many of each size as were ever held at
        // the same time.
        var ofEachSize = AllocatedBytes(Keys.GroupBy(LimbsOf).Sum(size => size.Key * Math.Min(degree, size.Count())));
        var heldAtOnce = AllocatedBytes(Keys.Select(LimbsOf).OrderDescending().Take(degree).Sum());
        return Math.Min(ofEachSize, heldAtOnce + ResidueMemory.MaxCachedBytes) + AllocatedBytes(TemporaryLimbs(degree));
    }

    /// <summary>
    /// Checks that there is room for <see cref="MemoryBytesToCreate"/>. Idle buffers are given back before that is denied.
    /// </summary>
    /// <param name="threads">keys that are made at the same time; 0 means one per processor</param>
    /// <param name="resources">who is asked, the operating system unless given; see <see cref="SystemResources"/></param>
    /// <exception cref="ArgumentOutOfRangeException">a negative number of threads</exception>
    /// <exception cref="InsufficientMemoryException">there is not</exception>
    public void RequireMemory(int threads = 0, ISystemResources? resources = null) => RoomCheck.RequireMemory(
        $"making {Keys.Count} evaluation keys in memory", MemoryBytesToCreate(threads), resources ?? SystemResources.Process,
        "ask for fewer keys or lower levels, or save them to a file, which holds few in memory at a time");

    /// <summary>
    /// Checks that there is room for a file of <see cref="FileBytes"/>, and in memory for <see cref="MemoryBytesToSave"/>; on a file system
    /// that is in memory (tmpfs) for both of them. An earlier file of this name is not counted as free, since it stays until its successor
    /// is whole.
    /// </summary>
    /// <param name="path">the file to be; folders that are still missing are taken to be made on the file system of their parent</param>
    /// <param name="threads">keys that are made at the same time; 0 means one per processor</param>
    /// <param name="resources">who is asked, the operating system unless given; see <see cref="SystemResources"/></param>
    /// <exception cref="ArgumentOutOfRangeException">a negative number of threads</exception>
    /// <exception cref="InsufficientDiskSpaceException">there is none on the file system</exception>
    /// <exception cref="InsufficientMemoryException">there is none in memory</exception>
    public void RequireRoom(string path, int threads = 0, ISystemResources? resources = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var memory = MemoryBytesToSave(threads);
        resources ??= SystemResources.Process;
        var full = Path.GetFullPath(path);
        var work = $"{full}: saving {Keys.Count} evaluation keys";
        var disk = resources.Disk(Path.GetDirectoryName(full) ?? full);
        var fewer = "ask for fewer keys or lower levels";
        var earlier = File.Exists(full) ? " (the earlier file stays until the new one is whole)" : "";
        RoomCheck.RequireDisk(work, FileBytes, disk, $"{fewer}, or choose a folder with more room{earlier}");
        if (disk is { IsMemory: true })
            RoomCheck.RequireMemory(
                work, memory + FileBytes, resources, $"{fewer}, or choose a folder on a disk: {disk.Value.Place} is memory");
        else
            RoomCheck.RequireMemory(work, memory, resources, $"{fewer}, or make fewer at a time");
    }

    /// <summary>
    /// Secrets and errors in the pool while keys are made (<see cref="SwitchingKeyGenerator"/>): the square of the secret for
    /// relinearization, a preimage of the secret for each automorphism whose key is being made, the ephemeral secret and its coefficients,
    /// and for each digit that is being made an error and a product.
    /// </summary>
    private long TemporaryLimbs(int threads)
    {
        var moduli = Parameters.Ring.Moduli.Length;
        var square = Keys.Where(key => key.Kind == EvaluationKeyKind.Relinearization).Sum(key => key.Level + 1L);
        var automorphisms = Keys.Count(key => key.Kind is EvaluationKeyKind.Conjugation or EvaluationKeyKind.Rotation);
        var preimages = (long)Math.Min(threads, automorphisms) * moduli;
        long ephemeral = Keys.Any(key => key.Kind == EvaluationKeyKind.EphemeralToDense) ? moduli + 1 : 0;
        var digits = Keys.Select(key => key.DigitCount).OrderDescending().Take(threads).Sum(count => 2L * count);
        return square + preimages + ephemeral + digits;
    }

    /// <summary>Limbs of both halves.</summary>
    private static long LimbsOf(EvaluationKeyInfo key) => 2L * key.DigitCount * key.LimbCount;

    /// <summary>A little more than residues take, since the pool pads each limb.</summary>
    private long AllocatedBytes(long limbs) => RnsPolynomial.AllocatedBytes(limbs, Parameters.N);

    private static int ThreadCount(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        return threads == 0 ? Environment.ProcessorCount : threads;
    }
}
