using System.Numerics;
using Crammed.Ckks;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Execution;

/// <summary>
/// Encodings of public slots, kept within a number of bytes: those that were not used for the longest time go first. Thread-safe.
/// </summary>
/// <param name="parameters">the parameter set</param>
/// <param name="encoder">one of its encoders</param>
/// <param name="budget">bytes to keep when no one uses them</param>
internal sealed class EncodedSlots(CkksParameters parameters, CkksEncoder encoder, long budget) : IDisposable
{
    private readonly Dictionary<(PublicSlots Slots, int Level), LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _byUse = [];
    private readonly Lock _lock = new();
    private long _bytes;

    /// <summary>Bytes of all encodings at hand.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>
    /// The slots at a ciphertext level's canonical scale: a product with a ciphertext at that scale stands, once rescaled, at the canonical
    /// scale of the level below.
    /// </summary>
    public Lease Rent(PublicSlots slots, int level)
    {
        LinkedListNode<Entry>? node;
        lock (_lock)
        {
            if (_entries.TryGetValue((slots, level), out node))
            {
                _byUse.Remove(node);
            }
            else
            {
                var entry = new Entry((slots, level), new Lazy<Plaintext>(() => Encode(slots, level)));
                _entries.Add(entry.Key, node = new LinkedListNode<Entry>(entry));
                _bytes += BytesAt(level);
            }
            _byUse.AddLast(node);
            node.Value.Users++;
        }
        return new Lease(this, node.Value);
    }

    /// <summary>
    /// Slots from one repetition of public slots to the next, a power of two: encodings of few slots are cheap and more precise.
    /// </summary>
    public static int PeriodOf(PublicSlots slots, int slotCount) =>
        PeriodOf([.. slots.Conditions.Select(digit => digit.Stride * digit.Size), slots.Vector?.Period ?? 1], slotCount);

    /// <summary>The common period of parts that repeat after so many slots each.</summary>
    public static int PeriodOf(IReadOnlyCollection<int> periods, int slotCount) =>
        periods.All(BitOperations.IsPow2) ? Math.Min(slotCount, periods.DefaultIfEmpty(1).Max()) : slotCount;

    public void Dispose()
    {
        foreach (var entry in _byUse)
            entry.Dispose();
        _byUse.Clear();
        _entries.Clear();
        _bytes = 0;
    }

    private Plaintext Encode(PublicSlots slots, int level)
    {
        var period = PeriodOf(slots, parameters.SlotCount);
        return encoder.EncodeSparse(slots.Slots(period), level, parameters.ScaleAt(level));
    }

    private long BytesAt(int level) => (level + 1L) * parameters.N * sizeof(double);

    private void Return(Entry entry)
    {
        lock (_lock)
        {
            entry.Users--;
            for (var node = _byUse.First; node is not null && _bytes > budget;)
            {
                var next = node.Next;
                if (node.Value.Users == 0)
                    Forget(node);
                node = next;
            }
        }
    }

    private void Forget(LinkedListNode<Entry> node)
    {
        _byUse.Remove(node);
        _entries.Remove(node.Value.Key);
        _bytes -= BytesAt(node.Value.Key.Level);
        node.Value.Dispose();
    }

    /// <summary>The use of an encoding, until it is disposed.</summary>
    public readonly struct Lease(EncodedSlots owner, Entry entry) : IDisposable
    {
        public Plaintext Plaintext => entry.Encoding.Value;

        public void Dispose() => owner.Return(entry);
    }

    /// <summary>An encoding, made by who asks for it first.</summary>
    internal sealed class Entry((PublicSlots Slots, int Level) key, Lazy<Plaintext> encoding) : IDisposable
    {
        public (PublicSlots Slots, int Level) Key => key;

        public Lazy<Plaintext> Encoding => encoding;

        public int Users { get; set; }

        public void Dispose()
        {
            if (encoding.IsValueCreated)
                encoding.Value.Dispose();
        }
    }
}
