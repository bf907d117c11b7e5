namespace Crammed.Text.Parquet;

/// <summary>A page of a column chunk: its checked header and where its bytes lie in the chunk.</summary>
internal readonly record struct Page(PageHeader Header, int Start);

/// <summary>Finds the pages of a column chunk and checks sizes, counts and checksums before anything is decoded.</summary>
internal static class PageScanner
{
    /// <summary>
    /// The pages of a chunk, in order: an optional dictionary, then data pages that hold <paramref name="valueCount"/> entries.
    /// </summary>
    /// <exception cref="InvalidDataException">A size does not fit, a checksum is wrong, or the counts do not add up.</exception>
    public static List<Page> Scan(ReadOnlySpan<byte> chunk, int valueCount, string place)
    {
        List<Page> pages = [];
        var (position, values) = (0, 0L);
        while (values < valueCount)
        {
            var (header, headerLength) = PageHeader.Read(chunk[position..], place);
            position += headerLength;
            if (header.CompressedBytes > chunk.Length - position)
            {
                throw new InvalidDataException(
                    $"{place}: a page of {header.CompressedBytes} bytes does not fit in the {chunk.Length - position} bytes left.");
            }

            CheckChecksum(header, chunk.Slice(position, header.CompressedBytes), place);
            if (header.Type is (int)PageType.Data or (int)PageType.DataV2)
                values += header.ValueCount;
            else if (header.Type != (int)PageType.Dictionary || pages.Count > 0)
                throw new InvalidDataException($"{place}: page {pages.Count} has type {header.Type}, which does not belong there.");
            pages.Add(new Page(header, position));
            position += header.CompressedBytes;
        }

        return values == valueCount
            ? pages
            : throw new InvalidDataException($"{place}: the pages hold {values} values where the column has {valueCount}.");
    }

    private static void CheckChecksum(PageHeader header, ReadOnlySpan<byte> stored, string place)
    {
        if (header.Checksum is { } expected && Checksum.Compute(stored) != expected)
            throw new InvalidDataException($"{place}: a page does not match its checksum {(uint)expected:x8}; the file is damaged.");
    }
}
