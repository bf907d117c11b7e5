using System.Buffers.Binary;

namespace Crammed.Text.Parquet;

/// <summary>Writes one column chunk as v1 data pages: PLAIN values, RLE levels, SNAPPY, with checksums.</summary>
internal sealed class ColumnChunkWriter<T>(Stream output, ParquetField field, ColumnData<T> data, ValueEncoder<T> encoder)
{
    /// <summary>A page is closed once it has this many bytes of values, at the end of a row.</summary>
    private const int PageBytes = 1 << 20;

    private readonly long _start = output.Position;
    private long _entryCount;
    private long _uncompressedBytes;

    /// <summary>Writes all pages and says what the footer needs to know.</summary>
    public ColumnChunkMetadata Write()
    {
        for (var row = 0; row < data.RowCount;)
        {
            var end = PageEnd(row);
            WritePage(row, end);
            row = end;
        }

        return new ColumnChunkMetadata(
            encoder.Type,
            [ParquetEncoding.Plain, ParquetEncoding.Rle],
            ParquetWriter.Path(field),
            (int)ParquetCodec.Snappy,
            _entryCount,
            _uncompressedBytes,
            output.Position - _start,
            _start);
    }

    /// <summary>The row after the last of the page that begins with <paramref name="row"/>.</summary>
    private int PageEnd(int row)
    {
        for (var bytes = 0L; row < data.RowCount && bytes < PageBytes; row++)
            bytes += encoder.Bytes(data.Row(row));
        return row;
    }

    private void WritePage(int firstRow, int endRow)
    {
        var body = new MemoryStream();
        var entryCount = endRow - firstRow;
        if (data.Offsets is { } offsets)
            entryCount = WriteLevels(body, offsets.AsSpan(firstRow, endRow - firstRow + 1));
        var (first, end) = data.Offsets is null ? (firstRow, endRow) : (data.Offsets[firstRow], data.Offsets[endRow]);
        encoder.Encode(body, data.Values.AsSpan(first, end - first));

        var compressed = PageCompression.Compress(body.GetBuffer().AsSpan(0, (int)body.Length));
        var header = new PageHeader
        {
            Type = (int)PageType.Data,
            UncompressedBytes = (int)body.Length,
            CompressedBytes = compressed.Length,
            Checksum = Checksum.Compute(compressed),
            ValueCount = entryCount,
            Encoding = (int)ParquetEncoding.Plain,
        }.Write();
        output.Write(header);
        output.Write(compressed);
        _entryCount += entryCount;
        _uncompressedBytes += header.Length + body.Length;
    }

    /// <summary>
    /// Repetition levels, then definition levels, each with its length before it. A list's first entry has repetition level 0, its others
    /// 1; an entry that is an element has definition level 1, the one entry of an empty list 0.
    /// </summary>
    /// <param name="body">Where to write.</param>
    /// <param name="offsets">The offsets of the page's rows.</param>
    /// <returns>The number of entries.</returns>
    private static int WriteLevels(MemoryStream body, ReadOnlySpan<int> offsets)
    {
        var entryCount = 0;
        for (var row = 0; row < offsets.Length - 1; row++)
            entryCount += Math.Max(1, offsets[row + 1] - offsets[row]);
        var (repetition, definition) = (new byte[entryCount], new byte[entryCount]);
        Array.Fill(repetition, (byte)1);
        var entry = 0;
        for (var row = 0; row < offsets.Length - 1; row++)
        {
            var length = offsets[row + 1] - offsets[row];
            repetition[entry] = 0;
            definition.AsSpan(entry, length).Fill(1);
            entry += Math.Max(1, length);
        }

        WriteLevels(body, repetition);
        WriteLevels(body, definition);
        return entryCount;
    }

    private static void WriteLevels(MemoryStream body, byte[] levels)
    {
        var encoded = new MemoryStream();
        RunLengthEncoder.Encode(encoded, levels);
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, (int)encoded.Length);
        body.Write(length);
        encoded.WriteTo(body);
    }
}
