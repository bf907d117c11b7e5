using System.Runtime.CompilerServices;
using System.Text;
using Crammed.Files;

namespace Crammed.Text.Parquet;

/// <summary>Decodes as many values as the destination holds.</summary>
internal delegate void DecodeValues<T>(ref ByteReader bytes, Span<T> destination);

/// <summary>How the values of one .NET type are decoded.</summary>
/// <param name="Types">Physical types that may be read as this type.</param>
/// <param name="BitsPerValue">The fewest bits that a PLAIN value takes, to bound an allocation by the bytes there are.</param>
/// <param name="Plain">PLAIN.</param>
/// <param name="Delta">DELTA_BINARY_PACKED, for integers.</param>
/// <param name="Rle">RLE, for booleans.</param>
internal sealed record ValueDecoder<T>(
    ParquetPhysicalType[] Types,
    int BitsPerValue,
    DecodeValues<T> Plain,
    DecodeValues<T>? Delta = null,
    DecodeValues<T>? Rle = null);

/// <summary>The decoders there are.</summary>
internal static class ValueDecoders
{
    private const int Int96Bytes = 12;
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static ValueDecoder<int> Int32 { get; } = Fixed<int>(ParquetPhysicalType.Int32, DeltaBinaryPackedDecoder.Decode);

    public static ValueDecoder<long> Int64 { get; } = Fixed<long>(ParquetPhysicalType.Int64, DeltaBinaryPackedDecoder.Decode);

    public static ValueDecoder<float> Float { get; } = Fixed<float>(ParquetPhysicalType.Float);

    public static ValueDecoder<double> Double { get; } = Fixed<double>(ParquetPhysicalType.Double);

    public static ValueDecoder<bool> Boolean { get; } = new([ParquetPhysicalType.Boolean], 1, DecodeBits, Rle: DecodeRunsOfBits);

    public static ValueDecoder<string> Text { get; } = new([ParquetPhysicalType.ByteArray], 32, DecodeText);

    public static ValueDecoder<byte[]> ByteArrays { get; } = new([ParquetPhysicalType.ByteArray], 32, DecodeByteArrays);

    public static ValueDecoder<byte[]> Int96 { get; } = new([ParquetPhysicalType.Int96], 8 * Int96Bytes, DecodeInt96);

    private static ValueDecoder<T> Fixed<T>(ParquetPhysicalType type, DecodeValues<T>? delta = null)
        where T : unmanaged => new([type], 8 * Unsafe.SizeOf<T>(), DecodeFixed, delta);

    private static void DecodeFixed<T>(ref ByteReader bytes, Span<T> destination)
        where T : unmanaged
    {
        var target = LittleEndian.Bytes(destination);
        bytes.Read(target.Length, "values").CopyTo(target);
    }

    private static void DecodeBits(ref ByteReader bytes, Span<bool> destination)
    {
        var packed = bytes.Read((destination.Length + 7) / 8, "booleans");
        for (var index = 0; index < destination.Length; index++)
            destination[index] = ((packed[index >> 3] >> (index & 7)) & 1) != 0;
    }

    private static void DecodeRunsOfBits(ref ByteReader bytes, Span<bool> destination)
    {
        var runs = bytes.Read(bytes.ReadInt32("length of booleans"), "booleans");
        var decoder = new RunLengthDecoder(new ByteReader(runs, bytes.Place), bitWidth: 1);
        Span<int> buffer = stackalloc int[256];
        for (var start = 0; start < destination.Length; start += buffer.Length)
        {
            var part = buffer[..Math.Min(buffer.Length, destination.Length - start)];
            decoder.Read(part);
            for (var index = 0; index < part.Length; index++)
                destination[start + index] = part[index] != 0;
        }
    }

    private static void DecodeText(ref ByteReader bytes, Span<string> destination)
    {
        try
        {
            foreach (ref var text in destination)
                text = StrictUtf8.GetString(bytes.Read(bytes.ReadInt32("length of text"), "text"));
        }
        catch (DecoderFallbackException error)
        {
            throw new InvalidDataException($"{bytes.Place}: a value is not UTF-8.", error);
        }
    }

    private static void DecodeByteArrays(ref ByteReader bytes, Span<byte[]> destination)
    {
        foreach (ref var array in destination)
            array = bytes.Read(bytes.ReadInt32("length of bytes"), "bytes").ToArray();
    }

    private static void DecodeInt96(ref ByteReader bytes, Span<byte[]> destination)
    {
        foreach (ref var array in destination)
            array = bytes.Read(Int96Bytes, "12-byte value").ToArray();
    }
}
