using System.Numerics;

namespace Crammed.Text.Parquet;

/// <summary>A data page, decompressed and taken apart.</summary>
internal ref struct PageBody
{
    private PageBody(byte[]? repetition, byte[]? definition, ByteReader values)
    {
        Repetition = repetition;
        Definition = definition;
        Values = values;
    }

    /// <summary>Repetition level of each entry; null where all are 0.</summary>
    public byte[]? Repetition { get; }

    /// <summary>Definition level of each entry; null where the column has none.</summary>
    public byte[]? Definition { get; }

    /// <summary>The encoded values.</summary>
    public ByteReader Values { get; }

    /// <summary>Takes a page apart; levels are checked against their maxima.</summary>
    public static PageBody Read(PageHeader header, ReadOnlySpan<byte> stored, int codec, ColumnLevels levels, string place) =>
        header.V2 is { } v2
            ? ReadV2(header, v2, stored, codec, levels, place)
            : ReadV1(header, stored, codec, levels, place);

    private static PageBody ReadV1(PageHeader header, ReadOnlySpan<byte> stored, int codec, ColumnLevels levels, string place)
    {
        var bytes = new ByteReader(PageCompression.Decompress(codec, stored, header.UncompressedBytes, place), place);
        var repetition = ReadV1Levels(ref bytes, header.RepetitionEncoding, header.ValueCount, levels.MaximumRepetition);
        var definition = ReadV1Levels(ref bytes, header.DefinitionEncoding, header.ValueCount, levels.MaximumDefinition);
        return new PageBody(repetition, definition, bytes);
    }

    private static byte[]? ReadV1Levels(ref ByteReader bytes, int encoding, int count, int maximum)
    {
        if (maximum == 0)
            return null;
        if (encoding != (int)ParquetEncoding.Rle)
            throw bytes.Malformed($"levels in encoding {encoding} are not supported");
        var encoded = bytes.Read(bytes.ReadInt32("length of levels"), "levels");
        return ReadLevels(new ByteReader(encoded, bytes.Place), count, maximum);
    }

    private static PageBody ReadV2(
        PageHeader header, PageHeaderV2 v2, ReadOnlySpan<byte> stored, int codec, ColumnLevels levels, string place)
    {
        var bytes = new ByteReader(stored, place);
        var repetitionBytes = bytes.Read(v2.RepetitionBytes, "repetition levels");
        var definitionBytes = bytes.Read(v2.DefinitionBytes, "definition levels");
        var levelBytes = v2.RepetitionBytes + v2.DefinitionBytes;
        if (levelBytes > header.UncompressedBytes)
            throw bytes.Malformed($"levels of {levelBytes} bytes exceed their page of {header.UncompressedBytes}");
        var values = PageCompression.Decompress(
            v2.IsCompressed ? codec : (int)ParquetCodec.Uncompressed,
            bytes.Read(bytes.Remaining, "values"),
            header.UncompressedBytes - levelBytes,
            place);
        var repetition = levels.MaximumRepetition == 0
            ? null
            : ReadLevels(new ByteReader(repetitionBytes, place), header.ValueCount, levels.MaximumRepetition);
        var definition = levels.MaximumDefinition == 0
            ? null
            : ReadLevels(new ByteReader(definitionBytes, place), header.ValueCount, levels.MaximumDefinition);
        CheckCounts(header, v2, repetition, definition, levels, place);
        return new PageBody(repetition, definition, new ByteReader(values, place));
    }

    private static void CheckCounts(
        PageHeader header, PageHeaderV2 v2, byte[]? repetition, byte[]? definition, ColumnLevels levels, string place)
    {
        var nulls = definition is null ? 0 : header.ValueCount - definition.AsSpan().Count((byte)levels.MaximumDefinition);
        var rows = repetition is null ? header.ValueCount : repetition.AsSpan().Count((byte)0);
        if (nulls != v2.NullCount || rows != v2.RowCount)
        {
            throw new InvalidDataException(
                $"{place}: a page claims {v2.RowCount} rows and {v2.NullCount} nulls, and its levels say {rows} and {nulls}.");
        }
    }

    private static byte[] ReadLevels(ByteReader bytes, int count, int maximum)
    {
        var decoder = new RunLengthDecoder(bytes, BitOperations.Log2((uint)maximum) + 1);
        var levels = new byte[count];
        Span<int> buffer = stackalloc int[256];
        for (var start = 0; start < count; start += buffer.Length)
        {
            var part = buffer[..Math.Min(buffer.Length, count - start)];
            decoder.Read(part);
            for (var index = 0; index < part.Length; index++)
            {
                if (part[index] > maximum)
                    throw bytes.Malformed($"level {part[index]} of entry {start + index} exceeds {maximum}");
                levels[start + index] = (byte)part[index];
            }
        }

        return levels;
    }
}
