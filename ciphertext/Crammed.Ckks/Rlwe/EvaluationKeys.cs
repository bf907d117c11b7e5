using Crammed.Ckks.Ring;
using Crammed.Ckks.Serialization;
using Crammed.Files;

namespace Crammed.Ckks;

/// <summary>
/// What a server needs to multiply, rotate and bootstrap, and cannot decrypt with: a relinearization key and keys of automorphisms, each
/// possibly cut to a level, and those to and from the ephemeral secret. A set opened from a file loads each key at its first use, and drops
/// keys again where it has a budget (<see cref="KeyMemory"/>). Thread-safe; it owns its keys.
/// </summary>
public sealed class EvaluationKeys : IDisposable
{
    private readonly EvaluationKeyCache _cache;
    private readonly KeySetFile? _file;
    private volatile bool _isDisposed;

    /// <summary>A set that owns the given slots, and the file that they load from if there is one.</summary>
    internal EvaluationKeys(
        CkksParameters parameters, KeyId? keyId, IEnumerable<EvaluationKeySlot> slots, KeySetFile? file = null, KeyMemory? memory = null)
    {
        Parameters = parameters;
        KeyId = keyId;
        Memory = memory ?? KeyMemory.All;
        _cache = new EvaluationKeyCache(slots, Memory.BudgetBytes);
        _file = file;
    }

    public CkksParameters Parameters { get; }

    /// <summary>Names the secret key that these belong to; null for <see cref="Empty"/>, which serves ciphertexts of any.</summary>
    public KeyId? KeyId { get; }

    /// <summary>What the set may take; keys that were not opened from a file are held whole.</summary>
    public KeyMemory Memory { get; }

    /// <summary>What was read from the file until now.</summary>
    public KeyTraffic Traffic => _cache.Traffic(_file?.BytesRead ?? 0);

    /// <summary>Switches s^2 to s; null if the set has no such key. Exceptions as for <see cref="TryGetRotation"/>.</summary>
    public SwitchingKey? Relinearization => Find(EvaluationKeyId.Relinearization);

    /// <summary>
    /// Switches to the ephemeral secret at level 0; null if the set has no such key. Exceptions as for <see cref="TryGetRotation"/>.
    /// </summary>
    public SwitchingKey? DenseToEphemeral => Find(EvaluationKeyId.DenseToEphemeral);

    /// <summary>
    /// Switches back from the ephemeral secret; null if the set has no such key. Exceptions as for <see cref="TryGetRotation"/>.
    /// </summary>
    public SwitchingKey? EphemeralToDense => Find(EvaluationKeyId.EphemeralToDense);

    /// <summary>Bytes of residue memory of the keys that are loaded now.</summary>
    public long Bytes => _cache.Bytes;

    /// <summary>Keys that operations work with at this moment.</summary>
    internal int Leased => _cache.Leased;

    /// <summary>Every key of the set, loaded or not, ordered by kind and steps; states how things are at this moment.</summary>
    public IReadOnlyList<EvaluationKeyInfo> Manifest =>
        [
            .. _cache.Slots.OrderBy(slot => slot.Id)
                .Select(slot => Describe(Parameters, slot.Id, slot.Level, _cache.IsLoaded(slot), Memory.UniformHalfOf(slot.Id))),
        ];

    /// <summary>No keys at all: enough for additions and plaintext products.</summary>
    public static EvaluationKeys Empty(CkksParameters parameters) => new(parameters, null, []);

    /// <summary>
    /// Opens a file that a key generator wrote. Header and manifest are read and checked; keys are read, and their checksums compared, at
    /// their first use. The file stays open until <see cref="Dispose"/>, so that replacing it by another does no harm.
    /// </summary>
    /// <param name="path">the file</param>
    /// <param name="parameters">the keys'</param>
    /// <param name="memory">what keys may take; unless given all that were used stay whole in memory</param>
    /// <exception cref="CkksFormatException">the file holds no keys of these parameters, or is cut short or damaged</exception>
    /// <exception cref="IOException">the file cannot be read</exception>
    /// <exception cref="ArgumentOutOfRangeException">the budget is not positive</exception>
    public static EvaluationKeys Open(string path, CkksParameters parameters, KeyMemory? memory = null)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        var given = memory ?? KeyMemory.All;
        if (given.BudgetBytes is { } budget)
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(budget, nameof(memory));
        var file = KeySetFile.Open(path, parameters);
        return new EvaluationKeys(parameters, file.Manifest.KeyId, file.Manifest.Entries.Select(Slot), file, given);

        EvaluationKeySlot Slot(KeySetEntry entry) => new(
            entry.Id, entry.Level, entry.Id.Shape(parameters, entry.Level).MemoryBytes(parameters, given.UniformHalfOf(entry.Id)),
            () => file.Load(entry, given.UniformHalfOf(entry.Id)));
    }

    /// <summary>
    /// The key for a rotation to the left, steps modulo N/2. It stays in memory until <see cref="UnloadUnused"/> takes it out, even beyond
    /// a budget.
    /// </summary>
    /// <exception cref="CkksFormatException">the key had to be loaded, and is damaged</exception>
    /// <exception cref="IOException">the key had to be loaded, and cannot be read</exception>
    /// <exception cref="ObjectDisposedException">the set is disposed</exception>
    public bool TryGetRotation(int steps, out SwitchingKey? key)
    {
        key = EvaluationKeyId.Rotation(Parameters, steps) is EvaluationKeyId id ? Find(id) : null;
        return key is not null;
    }

    /// <summary>The key for complex conjugation. Exceptions as for <see cref="TryGetRotation"/>.</summary>
    public bool TryGetConjugation(out SwitchingKey? key)
    {
        key = Find(EvaluationKeyId.Conjugation);
        return key is not null;
    }

    /// <summary>
    /// Brings every key into memory that is not there yet, the largest first: for a server that wants to have read its keys, and compared
    /// their checksums, before it begins. They count as used (<see cref="UnloadUnused"/>). Of a set with a budget as many are loaded as it
    /// has room for. Nothing is to be done for keys that did not come from a file. After an exception the keys that were loaded until then
    /// are still in memory and usable; <see cref="Dispose"/> frees them.
    /// </summary>
    /// <param name="progress">told after each key that this call loads, one report at a time</param>
    /// <param name="resources">who is asked for free memory, the operating system unless given; see <see cref="SystemResources"/></param>
    /// <param name="cancellation">stops between keys</param>
    /// <exception cref="InsufficientMemoryException">there is no room for all of them; none was loaded</exception>
    /// <exception cref="CkksFormatException">a key is damaged, or the file has shrunk</exception>
    /// <exception cref="IOException">a key cannot be read</exception>
    /// <exception cref="OperationCanceledException">it was cancelled</exception>
    /// <exception cref="ObjectDisposedException">the set is disposed</exception>
    public void LoadAll(
        IProgress<WorkProgress>? progress = null, ISystemResources? resources = null, CancellationToken cancellation = default)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        var room = Memory.BudgetBytes - _cache.Bytes ?? long.MaxValue;
        EvaluationKeySlot[] missing =
        [
            .. _cache.Slots.Where(slot => !_cache.IsLoaded(slot)).OrderByDescending(slot => slot.Bytes)
                .TakeWhile(slot => (room -= slot.Bytes) >= 0),
        ];
        var limbs = missing.Sum(slot => slot.Bytes / (Parameters.N * sizeof(double)));
        RoomCheck.RequireMemory(
            $"loading {missing.Length} evaluation keys of {_file?.Path}", RnsPolynomial.AllocatedBytes(limbs, Parameters.N),
            resources ?? SystemResources.Process, "load keys when they are used, or have keys made for lower levels");
        var counter = new KeyProgressCounter(progress, missing.Length, missing.Sum(slot => slot.Bytes));
        // Keys small enough to have fewer limbs than there are processors are loaded side by side; limbs of one key are shared in any case.
        var options = new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = Environment.ProcessorCount };
        ParallelLoop.RunInOrder(missing, options, slot =>
        {
            _cache.Lease(slot.Id)!.Dispose();
            counter.Add(slot.Bytes);
        });
    }

    /// <summary>
    /// Takes the keys out of memory that were not used since the last call (or since they were opened); they are loaded again when they are
    /// needed. Keys that did not come from a file stay, and those that an operation works with. Keys that were asked for by name are lost
    /// by whoever has them across two calls.
    /// </summary>
    /// <returns>the bytes of residue memory that this freed</returns>
    public long UnloadUnused() => _cache.UnloadUnused();

    public void Dispose()
    {
        _isDisposed = true;
        _cache.Dispose();
        _file?.Dispose();
    }

    /// <summary>
    /// A key for the time of an operation, null if the set has none of this name. Exceptions as for <see cref="TryGetRotation"/>.
    /// </summary>
    internal KeyLease? Lease(EvaluationKeyId id) => _cache.Lease(id);

    /// <summary>The highest level that a key serves, null if the set has none of this name; nothing is loaded.</summary>
    internal int? LevelOf(EvaluationKeyId id) => _cache.LevelOf(id);

    internal static EvaluationKeyInfo Describe(
        CkksParameters parameters, EvaluationKeyId id, int level, bool isLoaded, UniformHalf uniform = UniformHalf.Held)
    {
        var shape = id.Shape(parameters, level);
        return new EvaluationKeyInfo(
            id.Kind, id.Steps, id.Element(parameters.N), level, shape.DigitCount, shape.LimbCount, shape.Moduli(parameters),
            shape.MemoryBytes(parameters, uniform), SwitchingKeyFormat.Bytes(parameters, shape), isLoaded);
    }

    internal static int RotationElement(CkksParameters parameters, int steps)
    {
        var slots = parameters.SlotCount;
        return GaloisElement.Rotation((steps % slots + slots) % slots, parameters.N);
    }

    private SwitchingKey? Find(EvaluationKeyId id) => _cache.HandOut(id);
}
