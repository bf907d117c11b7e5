using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;
using Crammed.Files;

namespace Crammed.Text.Parquet;

/// <summary>Writes values one after another in PLAIN encoding.</summary>
internal delegate void EncodeValues<T>(Stream output, ReadOnlySpan<T> values);

/// <summary>The bytes that values take in PLAIN encoding.</summary>
internal delegate long CountBytes<T>(ReadOnlySpan<T> values);

/// <summary>How the values of one .NET type are written.</summary>
/// <param name="Type">How they are stored.</param>
/// <param name="Bytes">Bytes that values take.</param>
/// <param name="Encode">Writes values.</param>
internal sealed record ValueEncoder<T>(ParquetPhysicalType Type, CountBytes<T> Bytes, EncodeValues<T> Encode);

/// <summary>The encoders there are.</summary>
internal static class ValueEncoders
{
    // Text with half of a surrogate pair is refused: it could not be read back.
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static ValueEncoder<int> Int32 { get; } = Fixed<int>(ParquetPhysicalType.Int32);

    public static ValueEncoder<long> Int64 { get; } = Fixed<long>(ParquetPhysicalType.Int64);

    public static ValueEncoder<float> Float { get; } = Fixed<float>(ParquetPhysicalType.Float);

    public static ValueEncoder<double> Double { get; } = Fixed<double>(ParquetPhysicalType.Double);

    public static ValueEncoder<string> Text { get; } = new(ParquetPhysicalType.ByteArray, TextBytes, EncodeText);

    public static ParquetPhysicalType PhysicalType(ParquetFieldType type) => type switch
    {
        ParquetFieldType.Int32 => Int32.Type,
        ParquetFieldType.Int64 => Int64.Type,
        ParquetFieldType.Float => Float.Type,
        ParquetFieldType.Double => Double.Type,
        ParquetFieldType.String => Text.Type,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Unknown column type."),
    };

    private static ValueEncoder<T> Fixed<T>(ParquetPhysicalType type)
        where T : unmanaged =>
        new(
            type,
            values => (long)values.Length * Unsafe.SizeOf<T>(),
            (output, values) => output.Write(LittleEndian.Bytes(values)));

    private static long TextBytes(ReadOnlySpan<string> values)
    {
        var bytes = 0L;
        foreach (var value in values)
            bytes += sizeof(int) + StrictUtf8.GetByteCount(value);
        return bytes;
    }

    private static void EncodeText(Stream output, ReadOnlySpan<string> values)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        foreach (var value in values)
        {
            var text = StrictUtf8.GetBytes(value);
            BinaryPrimitives.WriteInt32LittleEndian(length, text.Length);
            output.Write(length);
            output.Write(text);
        }
    }
}
