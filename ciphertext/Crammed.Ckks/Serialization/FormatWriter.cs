using System.Buffers;
using System.Buffers.Binary;
using Crammed.Ckks.Arithmetic;
using Crammed.Ckks.Ring;

namespace Crammed.Ckks.Serialization;

/// <summary>Writes the fields of one object to a stream.</summary>
internal sealed class FormatWriter
{
    private readonly Stream _stream;
    private readonly CkksParameters _parameters;

    public FormatWriter(Stream stream, CkksParameters parameters, ObjectKind kind)
    {
        ArgumentNullException.ThrowIfNull(stream);
        _stream = stream;
        _parameters = parameters;
        WriteBytes(FormatHeader.Magic);
        WriteUInt16(FormatHeader.Version);
        WriteUInt16((ushort)kind);
        WriteBytes(parameters.Identifier);
    }

    public void WriteBytes(ReadOnlySpan<byte> bytes) => _stream.Write(bytes);

    public void WriteByte(byte value) => _stream.WriteByte(value);

    public void WriteUInt16(ushort value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, value);
        WriteBytes(bytes);
    }

    public void WriteInt32(int value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        WriteBytes(bytes);
    }

    public void WriteDouble(double value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(double)];
        BinaryPrimitives.WriteDoubleLittleEndian(bytes, value);
        WriteBytes(bytes);
    }

    /// <summary>All limbs of a polynomial whose limb i belongs to the ring's modulus <paramref name="modulusOf"/>(i).</summary>
    public void WritePolynomial(RnsPolynomial polynomial, Func<int, int> modulusOf)
    {
        for (int limb = 0; limb < polynomial.LimbCount; limb++)
        {
            Modulus modulus = _parameters.Ring.Moduli[modulusOf(limb)];
            int count = BitPacking.PackedBytes(polynomial.Length, modulus);
            byte[] buffer = ArrayPool<byte>.Shared.Rent(count);
            BitPacking.Pack(polynomial.LimbSpan(limb), modulus, buffer.AsSpan(0, count));
            WriteBytes(buffer.AsSpan(0, count));
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
