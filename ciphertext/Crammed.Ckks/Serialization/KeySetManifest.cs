namespace Crammed.Ckks.Serialization;

/// <summary>What the manifest of a key set says of one key.</summary>
/// <param name="Id">kind and steps</param>
/// <param name="Level">the highest level of a ciphertext that it serves</param>
/// <param name="Offset">where in the file it begins</param>
/// <param name="Bytes">how long it is there</param>
/// <param name="Checksum">see <see cref="SwitchingKeyFormat"/></param>
internal sealed record KeySetEntry(EvaluationKeyId Id, int Level, long Offset, long Bytes, byte[] Checksum);

/// <summary>
/// The beginning of a key set's file: the common header, the number of keys, for each its kind (1 byte), level (1), digits (2), limbs per
/// digit (2), steps (4), offset (8), bytes (8) and checksum (32), and the SHA-256 of all that. Keys are ordered by kind and steps and
/// follow without gaps, the last one ends the file. Digits, limbs, offsets and sizes follow from the rest; they are written for other
/// readers and compared. A key's limbs are those of q_0, q_1, ... up to its level, and then of the first special primes, as many as are
/// left: all of them, or for a key to the ephemeral secret one.
/// </summary>
internal sealed class KeySetManifest
{
    private const int EntryBytes = 1 + 1 + 2 + 2 + 4 + 8 + 8 + FormatHeader.ChecksumBytes;

    private readonly CkksParameters _parameters;

    private KeySetManifest(CkksParameters parameters, KeyId keyId, KeySetEntry[] entries) =>
        (_parameters, KeyId, Entries) = (parameters, keyId, entries);

    /// <summary>The secret key that the keys belong to.</summary>
    public KeyId KeyId { get; }

    public KeySetEntry[] Entries { get; }

    /// <summary>The size of the whole file.</summary>
    public long FileBytes => Entries.Length == 0 ? ManifestBytes(0) : Entries[^1].Offset + Entries[^1].Bytes;

    /// <summary>The places of keys that are still to be written, in their order; checksums are zero and to be filled in.</summary>
    /// <param name="parameters">the set's parameters</param>
    /// <param name="keyId">the secret key that they belong to</param>
    /// <param name="keys">name and level of each key, all different</param>
    public static KeySetManifest Plan(CkksParameters parameters, KeyId keyId, IEnumerable<(EvaluationKeyId Id, int Level)> keys)
    {
        (EvaluationKeyId Id, int Level)[] ordered = [.. keys.OrderBy(key => key.Id)];
        var entries = new KeySetEntry[ordered.Length];
        var offset = ManifestBytes(entries.Length);
        for (var i = 0; i < entries.Length; i++)
        {
            (var id, var level) = ordered[i];
            var bytes = SwitchingKeyFormat.Bytes(parameters, id.Shape(parameters, level));
            entries[i] = new KeySetEntry(id, level, offset, bytes, new byte[FormatHeader.ChecksumBytes]);
            offset += bytes;
        }
        return new KeySetManifest(parameters, keyId, entries);
    }

    public void Write(Stream stream)
    {
        using var writer = new FormatWriter(stream, _parameters, KeyId, ObjectKind.EvaluationKeys);
        writer.WriteInt32(Entries.Length);
        foreach (var entry in Entries)
        {
            var shape = entry.Id.Shape(_parameters, entry.Level);
            writer.WriteByte((byte)entry.Id.Kind);
            writer.WriteByte((byte)entry.Level);
            writer.WriteUInt16((ushort)shape.DigitCount);
            writer.WriteUInt16((ushort)shape.LimbCount);
            writer.WriteInt32(entry.Id.Steps);
            writer.WriteInt64(entry.Offset);
            writer.WriteInt64(entry.Bytes);
            writer.WriteBytes(entry.Checksum);
        }
        writer.WriteChecksum();
    }

    /// <summary>Reads the manifest at the beginning of a seekable stream and compares the stream's length with it.</summary>
    /// <exception cref="CkksFormatException">the manifest is damaged or of other parameters, or the length is not what it says</exception>
    public static KeySetManifest Read(Stream stream, CkksParameters parameters)
    {
        using var reader = new FormatReader(stream, parameters, ObjectKind.EvaluationKeys);
        var count = reader.ReadInt32();
        var max = parameters.SlotCount + (parameters.Bootstrapping is null ? 1 : 3);
        FormatReader.Check(count >= 0 && count <= max, $"there are {count} keys, allowed are 0 to {max}");
        reader.CheckRemaining((long)count * EntryBytes + FormatHeader.ChecksumBytes);
        var stored = new KeySetEntry[count];
        for (var i = 0; i < count; i++)
        {
            stored[i] = ReadEntry(reader, parameters);
            var isOrdered = i == 0 || stored[i - 1].Id.CompareTo(stored[i].Id) < 0;
            FormatReader.Check(isOrdered, $"key {i} is not behind key {i - 1} in the order of keys");
        }
        reader.VerifyChecksum();
        var planned = Plan(parameters, reader.KeyId, stored.Select(entry => (entry.Id, entry.Level)));
        for (var i = 0; i < count; i++)
        {
            KeySetEntry entry = stored[i], plan = planned.Entries[i];
            FormatReader.Check(
                entry.Offset == plan.Offset && entry.Bytes == plan.Bytes,
                $"key {i} has {entry.Bytes} bytes from {entry.Offset} on, it must have {plan.Bytes} from {plan.Offset} on");
        }
        var manifest = new KeySetManifest(parameters, reader.KeyId, stored);
        var missing = manifest.FileBytes - stream.Length;
        FormatReader.Check(missing <= 0, $"the file ends {missing} bytes early");
        FormatReader.Check(missing >= 0, $"{-missing} bytes follow the last key");
        return manifest;
    }

    private static long ManifestBytes(int count) =>
        FormatHeader.Bytes + sizeof(int) + (long)count * EntryBytes + FormatHeader.ChecksumBytes;

    private static KeySetEntry ReadEntry(FormatReader reader, CkksParameters parameters)
    {
        var kind = reader.ReadByte();
        var level = reader.ReadLevel();
        int digits = reader.ReadUInt16(), limbs = reader.ReadUInt16();
        var steps = reader.ReadInt32();
        long offset = reader.ReadInt64(), bytes = reader.ReadInt64();
        var checksum = new byte[FormatHeader.ChecksumBytes];
        reader.ReadBytes(checksum);
        var id = new EvaluationKeyId((EvaluationKeyKind)kind, steps);
        FormatReader.Check(id.IsValid(parameters), $"there is no key of kind {kind} with {steps} steps");
        var onlyLevel = id.OnlyLevel(parameters) ?? level;
        FormatReader.Check(level == onlyLevel, $"a key of kind {kind} has level {level}, it must have {onlyLevel}");
        var shape = id.Shape(parameters, level);
        FormatReader.Check(
            digits == shape.DigitCount && limbs == shape.LimbCount,
            $"a key of level {level} has {digits} digits of {limbs} limbs, it must have {shape.DigitCount} of {shape.LimbCount}");
        return new KeySetEntry(id, level, offset, bytes, checksum);
    }
}
