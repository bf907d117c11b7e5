namespace Crammed.Text.Parquet;

/// <summary>The header before a page. Sizes and counts are those claimed, known to be at least 0.</summary>
internal sealed record PageHeader
{
    /// <summary>The format's number of the kind of page.</summary>
    public required int Type { get; init; }

    public required int UncompressedBytes { get; init; }

    public required int CompressedBytes { get; init; }

    /// <summary>CRC-32 of the page's stored bytes.</summary>
    public int? Checksum { get; init; }

    /// <summary>Entries of the levels in a data page; values in a dictionary.</summary>
    public required int ValueCount { get; init; }

    /// <summary>The format's number of the values' encoding.</summary>
    public required int Encoding { get; init; }

    /// <summary>The format's numbers of the levels' encodings; in v2 pages always RLE.</summary>
    public int DefinitionEncoding { get; init; } = (int)ParquetEncoding.Rle;

    /// <inheritdoc cref="DefinitionEncoding"/>
    public int RepetitionEncoding { get; init; } = (int)ParquetEncoding.Rle;

    /// <summary>What a v2 data page has beside the above.</summary>
    public PageHeaderV2? V2 { get; init; }

    /// <summary>Reads a header.</summary>
    /// <returns>The header and its own length in bytes.</returns>
    public static (PageHeader Header, int Length) Read(ReadOnlySpan<byte> bytes, string place)
    {
        var thrift = new ThriftCompactReader(bytes, place);
        int? type = null, uncompressed = null, compressed = null, checksum = null;
        int?[] counts = new int?[4];
        PageHeaderV2? v2 = null;
        var id = 0;
        while (thrift.ReadField(ref id, out var fieldType))
        {
            switch (id)
            {
                case 1:
                    type = thrift.ReadInt32(fieldType);
                    break;
                case 2:
                    uncompressed = thrift.ReadInt32(fieldType);
                    break;
                case 3:
                    compressed = thrift.ReadInt32(fieldType);
                    break;
                case 4:
                    checksum = thrift.ReadInt32(fieldType);
                    break;
                case 5 or 7:
                    counts = ReadFirstIntegers(ref thrift, fieldType);
                    break;
                case 8:
                    (counts, v2) = ReadV2(ref thrift, fieldType);
                    break;
                default:
                    thrift.Skip(fieldType);
                    break;
            }
        }

        var header = new PageHeader
        {
            Type = type ?? throw thrift.Malformed("page header has no type"),
            UncompressedBytes = Count(thrift, uncompressed, "uncompressed_page_size"),
            CompressedBytes = Count(thrift, compressed, "compressed_page_size"),
            Checksum = checksum,
            ValueCount = Count(thrift, counts[0], "num_values"),
            Encoding = Count(thrift, counts[1], "encoding"),
            DefinitionEncoding = counts[2] ?? (int)ParquetEncoding.Rle,
            RepetitionEncoding = counts[3] ?? (int)ParquetEncoding.Rle,
            V2 = v2,
        };
        if ((header.Type == (int)PageType.DataV2) != (v2 is not null))
            throw thrift.Malformed($"page of type {header.Type} does not have the header of its type");
        return (header, thrift.Position);
    }

    /// <summary>The header of a v1 data page, as the writer writes it.</summary>
    public byte[] Write()
    {
        var thrift = new ThriftCompactWriter();
        thrift.BeginStruct();
        thrift.WriteInt32(1, Type);
        thrift.WriteInt32(2, UncompressedBytes);
        thrift.WriteInt32(3, CompressedBytes);
        if (Checksum is { } checksum)
            thrift.WriteInt32(4, checksum);
        thrift.BeginStruct(5);
        thrift.WriteInt32(1, ValueCount);
        thrift.WriteInt32(2, Encoding);
        thrift.WriteInt32(3, DefinitionEncoding);
        thrift.WriteInt32(4, RepetitionEncoding);
        thrift.EndStruct();
        thrift.EndStruct();
        return thrift.ToArray();
    }

    /// <summary>num_values, encoding and, in data pages, the two encodings of the levels.</summary>
    private static int?[] ReadFirstIntegers(ref ThriftCompactReader thrift, ThriftType type)
    {
        thrift.ExpectStruct(type);
        var values = new int?[4];
        var id = 0;
        while (thrift.ReadField(ref id, out var fieldType))
        {
            if (id is >= 1 and <= 4 && fieldType == ThriftType.Int32)
                values[id - 1] = thrift.ReadInt32(fieldType);
            else
                thrift.Skip(fieldType);
        }

        return values;
    }

    private static (int?[] Counts, PageHeaderV2 V2) ReadV2(ref ThriftCompactReader thrift, ThriftType type)
    {
        thrift.ExpectStruct(type);
        var values = new int?[7];
        var isCompressed = true;
        var id = 0;
        while (thrift.ReadField(ref id, out var fieldType))
        {
            if (id is >= 1 and <= 6)
                values[id] = thrift.ReadInt32(fieldType);
            else if (id == 7)
                isCompressed = thrift.ReadBoolean(fieldType);
            else
                thrift.Skip(fieldType);
        }

        var v2 = new PageHeaderV2(
            Count(thrift, values[2], "num_nulls"),
            Count(thrift, values[3], "num_rows"),
            Count(thrift, values[5], "definition_levels_byte_length"),
            Count(thrift, values[6], "repetition_levels_byte_length"),
            isCompressed);
        return ([values[1], values[4], null, null], v2);
    }

    private static int Count(ThriftCompactReader thrift, int? value, string what) => value switch
    {
        null => throw thrift.Malformed($"page header has no {what}"),
        < 0 => throw thrift.Malformed($"page header has {what} {value}"),
        _ => value.Value,
    };
}

/// <summary>
/// What the header of a v2 data page has beside that of a v1 page. The levels lie before the values and are not compressed.
/// </summary>
internal sealed record PageHeaderV2(int NullCount, int RowCount, int DefinitionBytes, int RepetitionBytes, bool IsCompressed);
