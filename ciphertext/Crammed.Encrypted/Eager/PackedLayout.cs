namespace Crammed.Encrypted.Eager;

/// <summary>A parameter tensor's place among packed parameters.</summary>
public sealed record PackedEntry(string Name, int Rows, int Columns, int Offset)
{
    public int Size => Rows * Columns;
}

/// <summary>
/// All trained parameters in the slots of one vector: parameter p in every slot that is p modulo <see cref="Period"/>.
/// </summary>
public sealed class PackedLayout
{
    /// <exception cref="ArgumentException">More parameters than slots.</exception>
    public PackedLayout(int slotCount, IEnumerable<(string Name, int Rows, int Columns)> parameters)
    {
        var offset = 0;
        var entries = new List<PackedEntry>();
        foreach (var (name, rows, columns) in parameters)
        {
            entries.Add(new PackedEntry(name, rows, columns, offset));
            offset += rows * columns;
        }
        if (offset > slotCount)
            throw new ArgumentException($"{offset} trained parameters do not fit into {slotCount} slots; use a larger ring or smaller heads.");
        SlotCount = slotCount;
        Entries = entries;
        Count = offset;
        Period = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(offset, 1));
    }

    public int SlotCount { get; }

    public IReadOnlyList<PackedEntry> Entries { get; }

    /// <summary>Parameters in all.</summary>
    public int Count { get; }

    /// <summary>The smallest power of two that holds them.</summary>
    public int Period { get; }

    /// <summary>Slots that hold the given parameters, tensor by tensor in the order of the entries, each row-major.</summary>
    public double[] Pack(Func<string, IReadOnlyList<double>> valuesOf)
    {
        var slots = new double[SlotCount];
        foreach (var entry in Entries)
        {
            var values = valuesOf(entry.Name);
            if (values.Count != entry.Size)
                throw new ArgumentException($"{entry.Name}: expected {entry.Rows} x {entry.Columns} values, found {values.Count}.");
            for (var i = 0; i < values.Count; i++)
                slots[entry.Offset + i] = values[i];
        }
        for (var slot = Period; slot < SlotCount; slot++)
            slots[slot] = slots[slot - Period];
        return slots;
    }

    /// <summary>Parameter tensors read from the slots' first period.</summary>
    public IReadOnlyDictionary<string, double[]> Unpack(ReadOnlySpan<double> slots)
    {
        var result = new Dictionary<string, double[]>();
        foreach (var entry in Entries)
            result[entry.Name] = slots.Slice(entry.Offset, entry.Size).ToArray();
        return result;
    }
}
