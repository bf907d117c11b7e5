using System.Runtime.CompilerServices;

namespace Crammed.Text.Parquet;

/// <summary>Decodes one column chunk.</summary>
internal sealed class ColumnChunkReader<T>(ColumnLevels levels, int codec, ValueDecoder<T> decoder, string place)
{
    private T[]? _dictionary;

    /// <summary>Decodes a chunk's bytes.</summary>
    /// <param name="chunk">All pages with their headers.</param>
    /// <param name="entryCount">Entries of the levels, from the footer.</param>
    /// <param name="rowCount">Rows of the row group, from the footer; at most the entries.</param>
    /// <param name="largest">The most bytes that the result may take.</param>
    public ColumnData<T> Read(ReadOnlySpan<byte> chunk, int entryCount, int rowCount, long largest)
    {
        var pages = PageScanner.Scan(chunk, entryCount, place);

        // Runs of one value cost nothing in the file, so the counts alone could ask for any amount of memory.
        var needed = (long)entryCount * (Unsafe.SizeOf<T>() + sizeof(int));
        if (needed > largest)
            throw new InvalidDataException($"{place}: {entryCount} values are out of all proportion to the file's size.");
        var assembler = new ColumnAssembler<T>(levels, entryCount, rowCount, place);
        foreach (var page in pages)
        {
            var stored = chunk.Slice(page.Start, page.Header.CompressedBytes);
            if (page.Header.Type == (int)PageType.Dictionary)
                ReadDictionary(page.Header, stored);
            else
                ReadData(page.Header, stored, assembler);
        }

        return assembler.Finish();
    }

    private void ReadDictionary(PageHeader header, ReadOnlySpan<byte> stored)
    {
        if (header.Encoding is not ((int)ParquetEncoding.Plain or (int)ParquetEncoding.PlainDictionary))
            throw new InvalidDataException($"{place}: a dictionary in encoding {header.Encoding} is not supported.");
        var bytes = new ByteReader(PageCompression.Decompress(codec, stored, header.UncompressedBytes, place), place);
        CheckFits(bytes, header.ValueCount);
        _dictionary = new T[header.ValueCount];
        decoder.Plain(ref bytes, _dictionary);
    }

    private void ReadData(PageHeader header, ReadOnlySpan<byte> stored, ColumnAssembler<T> assembler)
    {
        var body = PageBody.Read(header, stored, codec, levels, place);
        var (start, count) = assembler.AddLevels(header.ValueCount, body.Repetition, body.Definition);
        var presentCount = body.Definition is null ? count : body.Definition.AsSpan().Count((byte)levels.MaximumDefinition);
        var bytes = body.Values;
        DecodeValues(ref bytes, header.Encoding, assembler.Elements(start, presentCount));
        if (presentCount < count)
            assembler.Spread(start, count, presentCount, body.Definition!);
        else
            assembler.MarkPresent(start, count);
    }

    private void DecodeValues(ref ByteReader bytes, int encoding, Span<T> destination)
    {
        if (destination.Length == 0)
            return;
        switch ((ParquetEncoding)encoding)
        {
            case ParquetEncoding.Plain:
                CheckFits(bytes, destination.Length);
                decoder.Plain(ref bytes, destination);
                break;
            case ParquetEncoding.PlainDictionary or ParquetEncoding.RleDictionary:
                LookUp(ref bytes, destination);
                break;
            case ParquetEncoding.DeltaBinaryPacked when decoder.Delta is not null:
                decoder.Delta(ref bytes, destination);
                break;
            case ParquetEncoding.Rle when decoder.Rle is not null:
                decoder.Rle(ref bytes, destination);
                break;
            default:
                throw bytes.Malformed($"encoding {encoding} of {typeof(T).Name} values is not supported");
        }
    }

    private void LookUp(ref ByteReader bytes, Span<T> destination)
    {
        var dictionary = _dictionary ?? throw bytes.Malformed("values refer to a dictionary, and there is none");
        var bitWidth = bytes.ReadByte("bit width");
        var decoder = new RunLengthDecoder(bytes, bitWidth);
        Span<int> indices = stackalloc int[256];
        for (var start = 0; start < destination.Length; start += indices.Length)
        {
            var part = indices[..Math.Min(indices.Length, destination.Length - start)];
            decoder.Read(part);
            for (var index = 0; index < part.Length; index++)
            {
                if ((uint)part[index] >= (uint)dictionary.Length)
                    throw bytes.Malformed($"index {(uint)part[index]} is outside the dictionary of {dictionary.Length} values");
                destination[start + index] = dictionary[part[index]];
            }
        }
    }

    private void CheckFits(ByteReader bytes, int count)
    {
        if ((long)count * decoder.BitsPerValue > 8L * bytes.Remaining)
            throw bytes.Malformed($"{count} values do not fit in {bytes.Remaining} bytes");
    }
}
