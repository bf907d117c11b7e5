using System.Numerics;
using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>
/// TorchSharp's format for tensors in a stream: type, number of dimensions and sizes as LEB128 numbers, then the elements in
/// row-major order.
/// </summary>
internal static unsafe class BinaryFormat
{
    private const int MaximalDimensions = 64;
    private const string Damaged = "the file is damaged or of another format.";
    private const int PieceBytes = 1 << 26;

    public static void Write(BinaryWriter writer, Tensor tensor)
    {
        using var contiguous = tensor.contiguous();
        var shape = tensor.shape;
        writer.Write7BitEncodedInt64((long)tensor.dtype);
        writer.Write7BitEncodedInt64(shape.Length);
        foreach (var size in shape)
            writer.Write7BitEncodedInt64(size);
        ForPieces(contiguous, piece => writer.Write(piece));
    }

    /// <summary>Reads a tensor of the type and shape of another into it.</summary>
    /// <exception cref="ArgumentException">The stream's tensor has another type or shape.</exception>
    /// <exception cref="InvalidDataException">The stream is malformed.</exception>
    /// <exception cref="EndOfStreamException">The stream ends within the tensor.</exception>
    public static void Read(BinaryReader reader, Tensor tensor)
    {
        var (type, shape) = ReadHeader(reader);
        if (type != tensor.dtype)
            throw new ArgumentException($"Mismatched tensor data types while loading: expected {tensor.dtype}, found {type}.");
        if (!shape.AsSpan().SequenceEqual(tensor.shape))
        {
            throw new ArgumentException("Mismatched tensor shape while loading: expected " +
                $"[{string.Join(", ", tensor.shape)}], found [{string.Join(", ", shape)}].");
        }
        using var loaded = empty(shape, type);
        ForPieces(loaded, reader.ReadExactly);
        using (no_grad())
            tensor.copy_(loaded);
    }

    /// <summary>Reads past a tensor of any type and shape.</summary>
    /// <exception cref="InvalidDataException">The stream is malformed.</exception>
    /// <exception cref="EndOfStreamException">The stream ends within the tensor.</exception>
    public static void Skip(BinaryReader reader)
    {
        var (type, shape) = ReadHeader(reader);
        var left = (BigInteger)ElementTypes.Size(type);
        foreach (var size in shape)
            left *= size;
        var buffer = new byte[1 << 16];
        while (left > 0)
        {
            var piece = buffer.AsSpan(0, (int)BigInteger.Min(left, buffer.Length));
            reader.ReadExactly(piece);
            left -= piece.Length;
        }
    }

    /// <summary>A number that may not pass a maximum.</summary>
    /// <exception cref="InvalidDataException">It does, or it is no LEB128 number.</exception>
    public static long ReadNumber(BinaryReader reader, string field, long maximum)
    {
        try
        {
            var value = reader.Read7BitEncodedInt64();
            return value >= 0 && value <= maximum
                ? value
                : throw new InvalidDataException($"{field} is {value}, not within 0 and {maximum}: {Damaged}");
        }
        catch (FormatException exception)
        {
            throw new InvalidDataException($"{field} is not a LEB128 number: {Damaged}", exception);
        }
    }

    /// <summary>Writes a file under a temporary name and renames it, so that its name never stands for half a file.</summary>
    public static void WriteFile(string location, Action<BinaryWriter> write)
    {
        var temporary = location + ".part";
        using (var stream = File.Create(temporary))
        {
            using (var writer = new BinaryWriter(stream, System.Text.Encoding.UTF8, leaveOpen: true))
                write(writer);
            stream.Flush(flushToDisk: true);
        }
        File.Move(temporary, location, overwrite: true);
    }

    private static (ScalarType Type, long[] Shape) ReadHeader(BinaryReader reader)
    {
        var type = (ScalarType)ReadNumber(reader, "element type", sbyte.MaxValue);
        if (!ElementTypes.IsSupported(type))
            throw new InvalidDataException($"element type is {type}, which is not supported.");
        var shape = new long[ReadNumber(reader, "number of dimensions", MaximalDimensions)];
        for (var i = 0; i < shape.Length; i++)
            shape[i] = ReadNumber(reader, "size", long.MaxValue);
        return (type, shape);
    }

    private delegate void Piece(Span<byte> bytes);

    // A span is limited to 2 GiB, a tensor is not.
    private static void ForPieces(Tensor tensor, Piece action)
    {
        var data = (byte*)tensor.DataPointer();
        var length = checked(tensor.NumberOfElements * ElementTypes.Size(tensor.dtype));
        for (long start = 0; start < length; start += PieceBytes)
            action(new Span<byte>(data + start, (int)Math.Min(PieceBytes, length - start)));
        GC.KeepAlive(tensor);
    }
}
