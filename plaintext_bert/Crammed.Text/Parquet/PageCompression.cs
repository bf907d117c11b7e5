using IronSnappy;

namespace Crammed.Text.Parquet;

/// <summary>Compression and decompression of a page's bytes.</summary>
internal static class PageCompression
{
    /// <summary>A Snappy element makes at most 64 bytes out of 3 (format_description.txt, section 2.2).</summary>
    private const int SnappyExpansion = 22;

    public static byte[] Compress(ReadOnlySpan<byte> bytes) => Snappy.Encode(bytes);

    /// <summary>Decompresses to exactly the length that the page header claims.</summary>
    public static ReadOnlySpan<byte> Decompress(int codec, ReadOnlySpan<byte> bytes, int length, string place)
    {
        switch (codec)
        {
            case (int)ParquetCodec.Uncompressed:
                if (bytes.Length != length)
                    throw new InvalidDataException($"{place}: an uncompressed page of {bytes.Length} bytes claims to have {length}.");
                return bytes;
            case (int)ParquetCodec.Snappy:
                return DecompressSnappy(bytes, length, place);
            default:
                throw new InvalidDataException($"{place}: compression {codec} is not supported; write the file with SNAPPY or none.");
        }
    }

    private static byte[] DecompressSnappy(ReadOnlySpan<byte> bytes, int length, string place)
    {
        if (bytes.Length == 0 && length == 0)
            return [];

        // The decoder allocates what the data's own header says.
        var claimed = new ByteReader(bytes, place).ReadVarint("Snappy length");
        if (claimed != (ulong)length || length > (long)bytes.Length * SnappyExpansion)
        {
            throw new InvalidDataException(
                $"{place}: {bytes.Length} bytes of Snappy data claim to hold {claimed} bytes, and their page header {length}.");
        }

        try
        {
            return Snappy.Decode(bytes);
        }
        catch (IOException error)
        {
            throw new InvalidDataException($"{place}: the Snappy data is corrupt.", error);
        }
    }
}
