using System.Buffers.Binary;
using System.Numerics;

namespace Crammed.Text.Parquet;

/// <summary>
/// Integers as bit-packed differences (parquet-format, Encodings.md, "DELTA_BINARY_PACKED"; after Lemire and Boytsov 2012).
/// Sums wrap around, as the format says.
/// </summary>
internal static class DeltaBinaryPackedDecoder
{
    private const int LongestBlock = 1 << 16;

    public static void Decode<T>(ref ByteReader bytes, Span<T> destination)
        where T : IBinaryInteger<T>
    {
        var blockSize = ReadCount(ref bytes, "delta block size");
        var miniblockCount = ReadCount(ref bytes, "number of miniblocks");
        var total = ReadCount(ref bytes, "number of delta values");
        if (blockSize is 0 or > LongestBlock || blockSize % 128 != 0 || miniblockCount == 0 || blockSize % (miniblockCount * 32L) != 0)
            throw bytes.Malformed($"delta blocks of {blockSize} values in {miniblockCount} miniblocks are not valid");
        if (total != destination.Length)
            throw bytes.Malformed($"{total} delta values where {destination.Length} are needed");
        var value = bytes.ReadZigZag("first value");
        if (destination.Length == 0)
            return;
        destination[0] = T.CreateTruncating(value);
        destination = destination[1..];
        while (destination.Length > 0)
        {
            var block = destination[..Math.Min(blockSize, destination.Length)];
            value = DecodeBlock(ref bytes, block, blockSize / miniblockCount, miniblockCount, value);
            destination = destination[block.Length..];
        }
    }

    private static long DecodeBlock<T>(ref ByteReader bytes, Span<T> block, int miniblockSize, int miniblockCount, long value)
        where T : IBinaryInteger<T>
    {
        var minimum = bytes.ReadZigZag("smallest difference");
        var widths = bytes.Read(miniblockCount, "bit widths");
        for (var miniblock = 0; miniblock * miniblockSize < block.Length; miniblock++)
        {
            int width = widths[miniblock];
            if (width > 64)
                throw bytes.Malformed($"bit width {width} is over 64");
            var packed = bytes.Read(miniblockSize / 8 * width, "miniblock");
            var start = miniblock * miniblockSize;
            var values = block[start..Math.Min(start + miniblockSize, block.Length)];
            for (var index = 0; index < values.Length; index++)
            {
                value = unchecked(value + minimum + (long)Bits(packed, (long)index * width, width));
                values[index] = T.CreateTruncating(value);
            }
        }

        return value;
    }

    private static ulong Bits(ReadOnlySpan<byte> packed, long firstBit, int width)
    {
        if (width == 0)
            return 0;
        var (start, shift) = ((int)(firstBit >> 3), (int)(firstBit & 7));

        // Nine bytes can be needed: 64 bits that do not begin with a byte.
        Span<byte> window = stackalloc byte[9];
        window.Clear();
        packed[start..Math.Min(start + window.Length, packed.Length)].CopyTo(window);
        var low = BinaryPrimitives.ReadUInt64LittleEndian(window) >> shift;
        var high = shift == 0 ? 0 : (ulong)window[8] << (64 - shift);
        return (low | high) & (ulong.MaxValue >> (64 - width));
    }

    private static int ReadCount(ref ByteReader bytes, string what)
    {
        var value = bytes.ReadVarint(what);
        return value <= int.MaxValue ? (int)value : throw bytes.Malformed($"{what} is {value}");
    }
}
