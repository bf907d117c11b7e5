using System.Numerics;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Crammed.Ckks.Serialization;

/// <summary>What a stored ciphertext is, its residues apart.</summary>
/// <param name="KeyId">whose it is</param>
/// <param name="PolynomialCount">2 or 3</param>
/// <param name="Level">of each polynomial</param>
/// <param name="Scale">of the slots</param>
/// <param name="Seed">of the second polynomial, or null</param>
internal sealed record StoredEntry(KeyId KeyId, int PolynomialCount, int Level, double Scale, byte[]? Seed)
{
    public int Limbs => PolynomialCount * (Level + 1);

    public static StoredEntry Of(Ciphertext ciphertext) =>
        new(ciphertext.KeyId, ciphertext.PolynomialCount, ciphertext.Level, ciphertext.Scale, ciphertext.Seed);

    /// <summary>The ciphertext, residues still to be filled in.</summary>
    public Ciphertext Allocate(CkksParameters parameters)
    {
        var ciphertext = Ciphertext.Allocate(parameters, KeyId, PolynomialCount, Level, Scale);
        ciphertext.Seed = Seed;
        return ciphertext;
    }
}

/// <summary>
/// The beginning of a file of <see cref="StoredCiphertexts"/>: the set's identifier, the number of ciphertexts, an entry for each, a
/// checksum for each limb, one for the beginning itself; then, from the next page on, limb after limb.
/// </summary>
/// <param name="entries">of the ciphertexts in their order</param>
/// <param name="parameters">of all of them, or null where there is none</param>
internal sealed class StoredContents(StoredEntry[] entries, CkksParameters? parameters)
{
    private const int PageBytes = 4096;
    private const int EntryBytes = KeyId.Bytes + 2 + 1 + sizeof(double) + Ring.AesKeyStream.SeedBytes;
    private const int HeadBytes = FormatHeader.IdentifierBytes + sizeof(int);

    /// <summary>For one limb: its number, its ciphertext, polynomial and place there, and its place in the file.</summary>
    public delegate void LimbAction(int number, int ciphertext, int polynomial, int limb, long place);

    public StoredEntry[] Entries => entries;

    /// <summary>By number of the limb.</summary>
    public uint[] Checksums { get; } = new uint[entries.Sum(entry => entry.Limbs)];

    public long FileBytes => FirstPlace + (long)Checksums.Length * LimbBytes;

    private long LimbBytes => (long)(parameters?.N ?? 0) * sizeof(double);

    private long FirstPlace => Pages(BeginningBytes(entries.Length, Checksums.Length));

    /// <summary>CRC-32C, of whole words.</summary>
    public static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var word in MemoryMarshal.Cast<byte, ulong>(bytes))
            crc = BitOperations.Crc32C(crc, word);
        return crc;
    }

    public static void ReadAt(SafeFileHandle file, Span<byte> destination, long place)
    {
        for (var done = 0; done < destination.Length;)
        {
            var read = RandomAccess.Read(file, destination[done..], place + done);
            FormatReader.Check(read > 0, $"the file ends {destination.Length - done} bytes early");
            done += read;
        }
    }

    /// <summary>Reads and checks the beginning.</summary>
    /// <exception cref="CkksFormatException">it is not that of so many ciphertexts of these parameters, or is damaged</exception>
    public static StoredContents Read(SafeFileHandle file, CkksParameters parameters, int count)
    {
        var bytes = new byte[(int)Math.Min(RandomAccess.GetLength(file), BeginningBytes(count, 3 * count * (parameters.MaxLevel + 1)))];
        ReadAt(file, bytes, 0);
        using var reader = new BinaryReader(new MemoryStream(bytes));
        FormatReader.Check(bytes.Length >= BeginningBytes(count, 0), $"the file is too short for {count} ciphertexts");
        FormatReader.Check(
            reader.ReadBytes(FormatHeader.IdentifierBytes).AsSpan()
                .SequenceEqual(count == 0 ? new byte[FormatHeader.IdentifierBytes] : parameters.Identifier),
            $"the file does not hold {count} ciphertexts of {parameters.Name}");
        var found = reader.ReadInt32();
        FormatReader.Check(found == count, $"the file holds {found} ciphertexts, not {count}");
        var contents = new StoredContents([.. Enumerable.Range(0, count).Select(_ => ReadEntry(reader, parameters))], parameters);
        FormatReader.Check(bytes.Length >= BeginningBytes(count, contents.Checksums.Length), "the file ends before its checksums");
        for (var i = 0; i < contents.Checksums.Length; i++)
            contents.Checksums[i] = reader.ReadUInt32();
        var end = (int)reader.BaseStream.Position;
        FormatReader.Check(reader.ReadUInt32() == ChecksumOfBeginning(bytes.AsSpan(0, end)), "the file's beginning is damaged");
        return contents;
    }

    /// <summary>Limbs side by side, in any order.</summary>
    public void ForEachLimb(LimbAction action)
    {
        var list = entries.SelectMany((entry, i) => Enumerable.Range(0, entry.Limbs).Select(limb => (i, entry, limb))).ToArray();
        ParallelLoop.Run(list.Length, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, number =>
        {
            var (i, entry, limb) = list[number];
            action(number, i, limb / (entry.Level + 1), limb % (entry.Level + 1), FirstPlace + number * LimbBytes);
        });
    }

    /// <summary>The beginning, after checksums were filled in.</summary>
    public byte[] ToBytes()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(parameters is null ? new byte[FormatHeader.IdentifierBytes] : parameters.Identifier);
        writer.Write(entries.Length);
        Span<byte> key = stackalloc byte[KeyId.Bytes];
        foreach (var entry in entries)
        {
            entry.KeyId.CopyTo(key);
            writer.Write(key);
            writer.Write((byte)entry.PolynomialCount);
            writer.Write((byte)entry.Level);
            writer.Write(entry.Seed is not null);
            writer.Write(entry.Scale);
            writer.Write(entry.Seed ?? new byte[Ring.AesKeyStream.SeedBytes]);
        }
        foreach (var checksum in Checksums)
            writer.Write(checksum);
        writer.Flush();
        writer.Write(ChecksumOfBeginning(stream.GetBuffer().AsSpan(0, (int)stream.Length)));
        writer.Flush();
        return stream.ToArray();
    }

    private static StoredEntry ReadEntry(BinaryReader reader, CkksParameters parameters)
    {
        var keyId = new KeyId(reader.ReadBytes(KeyId.Bytes));
        int polynomials = reader.ReadByte(), level = reader.ReadByte(), isSeeded = reader.ReadByte();
        FormatReader.Check(
            polynomials is 2 or 3 && level <= parameters.MaxLevel && isSeeded <= 1, "the file does not begin with entries of ciphertexts");
        var scale = reader.ReadDouble();
        var seed = reader.ReadBytes(Ring.AesKeyStream.SeedBytes);
        return new StoredEntry(keyId, polynomials, level, scale, isSeeded == 1 ? seed : null);
    }

    private static uint ChecksumOfBeginning(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
            crc = BitOperations.Crc32C(crc, value);
        return crc;
    }

    private static int BeginningBytes(int count, int limbs) => HeadBytes + count * EntryBytes + (limbs + 1) * sizeof(uint);

    private static long Pages(long bytes) => (bytes + PageBytes - 1) / PageBytes * PageBytes;
}
