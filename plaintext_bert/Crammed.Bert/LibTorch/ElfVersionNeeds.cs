using System.Buffers.Binary;
using System.Text;

namespace Crammed.Bert;

/// <summary>
/// The symbol versions that a shared library asks of others: section .gnu.version_r of an ELF file of 64 bits, little-endian (Linux
/// Standard Base 5.0, chapter 10.7). Offsets and sizes of the file are not trusted.
/// </summary>
internal static class ElfVersionNeeds
{
    private const int HeaderSize = 64;
    private const int SectionSize = 64;
    private const int EntrySize = 16;
    private const uint VersionNeeds = 0x6ffffffe;
    private const uint StringTable = 3;

    /// <summary>VER_FLG_WEAK: the linker loads the library also where the version is absent.</summary>
    private const byte Weak = 2;

    /// <summary>Marks a version as weak wherever the library asks for it; returns whether it does.</summary>
    /// <exception cref="InvalidDataException">Not such a file, or a malformed one; nothing has changed.</exception>
    public static bool MakeOptional(Span<byte> library, string version)
    {
        var flags = FlagOffsets(library, Encoding.ASCII.GetBytes(version + "\0"));
        foreach (var offset in flags)
            library[offset] |= Weak;
        return flags.Count > 0;
    }

    private static List<int> FlagOffsets(ReadOnlySpan<byte> library, ReadOnlySpan<byte> version)
    {
        var header = Part(library, 0, HeaderSize);
        if (!header.StartsWith("\u007fELF\u0002\u0001"u8))
            throw Malformed("it is no ELF file of 64 bits, little-endian");
        var sections = Part(library, U64(header, 40), (ulong)U16(header, 60) * SectionSize);
        if (U16(header, 58) != SectionSize)
            throw Malformed("its section headers have another size");
        List<int> found = [];
        for (var at = 0; at < sections.Length; at += SectionSize)
        {
            var section = sections.Slice(at, SectionSize);
            if (U32(section, 4) != VersionNeeds)
                continue;
            var strings = sections.Slice(Within(sections, (ulong)U32(section, 40) * SectionSize, SectionSize), SectionSize);
            if (U32(strings, 4) != StringTable)
                throw Malformed("its version needs name no string table");
            AddFlags(Content(library, section), Content(library, strings), version, (int)U64(section, 24), found);
        }

        return found;
    }

    /// <summary>
    /// A list of libraries, each with a list of versions; links are distances to the next entry, 0 at the end. Versions follow their
    /// library and one another, so that no entry is seen twice.
    /// </summary>
    private static void AddFlags(
        ReadOnlySpan<byte> needs, ReadOnlySpan<byte> strings, ReadOnlySpan<byte> version, int start, List<int> found)
    {
        var seen = 0;
        for (var library = 0; ;)
        {
            var entry = needs.Slice(Within(needs, (ulong)library, EntrySize), EntrySize);
            var aux = Next(library, U32(entry, 8));
            for (var left = U16(entry, 2); left > 0; left--)
            {
                var need = needs.Slice(Within(needs, (ulong)aux, EntrySize), EntrySize);
                if (++seen > needs.Length / EntrySize)
                    throw Malformed("its version needs overlap");
                if (Part(strings, U32(need, 8), 1).Length > 0 && strings[(int)U32(need, 8)..].StartsWith(version))
                    found.Add(start + aux + 4);
                aux = left == 1 ? aux : Next(aux, U32(need, 12));
            }

            var next = U32(entry, 12);
            if (next == 0)
                return;
            library = Next(library, next);
        }
    }

    private static int Next(int at, uint distance) =>
        distance is >= EntrySize and <= int.MaxValue && at <= int.MaxValue - (int)distance
            ? at + (int)distance : throw Malformed($"its version needs have a link of {distance} bytes");

    private static ReadOnlySpan<byte> Content(ReadOnlySpan<byte> library, ReadOnlySpan<byte> section) =>
        Part(library, U64(section, 24), U64(section, 32));

    private static ReadOnlySpan<byte> Part(ReadOnlySpan<byte> bytes, ulong offset, ulong size) =>
        bytes.Slice(Within(bytes, offset, size), (int)size);

    private static int Within(ReadOnlySpan<byte> bytes, ulong offset, ulong size) =>
        offset <= (ulong)bytes.Length && size <= (ulong)bytes.Length - offset
            ? (int)offset : throw Malformed($"it has {bytes.Length} bytes where {size} are to stand from {offset} on");

    private static ushort U16(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[offset..]);

    private static uint U32(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[offset..]);

    private static ulong U64(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[offset..]);

    private static InvalidDataException Malformed(string what) => new($"the shared library is malformed: {what}");
}
