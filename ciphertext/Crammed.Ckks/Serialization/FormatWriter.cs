using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using Crammed.Ckks.Ring;

namespace Crammed.Ckks.Serialization;

/// <summary>Writes the fields of one object to a stream, and at last its checksum.</summary>
internal sealed class FormatWriter : IDisposable
{
    private readonly Stream _stream;
    private readonly CkksParameters _parameters;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public FormatWriter(Stream stream, CkksParameters parameters, KeyId keyId, ObjectKind kind)
    {
        ArgumentNullException.ThrowIfNull(stream);
        _stream = stream;
        _parameters = parameters;
        WriteBytes(FormatHeader.Magic);
        WriteUInt16(FormatHeader.Version);
        WriteUInt16((ushort)kind);
        WriteBytes(parameters.Identifier);
        Span<byte> id = stackalloc byte[KeyId.Bytes];
        keyId.CopyTo(id);
        WriteBytes(id);
    }

    public void WriteBytes(ReadOnlySpan<byte> bytes)
    {
        _hash.AppendData(bytes);
        _stream.Write(bytes);
    }

    public void WriteByte(byte value) => WriteBytes([value]);

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

    public void WriteInt64(long value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        WriteBytes(bytes);
    }

    public void WriteDouble(double value) => WriteInt64(BitConverter.DoubleToInt64Bits(value));

    /// <summary>All limbs of a polynomial over q_0, q_1, ...</summary>
    public void WritePolynomial(RnsPolynomial polynomial)
    {
        for (var limb = 0; limb < polynomial.LimbCount; limb++)
        {
            var modulus = _parameters.Ring.Moduli[limb];
            var count = BitPacking.PackedBytes(polynomial.Length, modulus);
            var buffer = ArrayPool<byte>.Shared.Rent(count);
            BitPacking.Pack(polynomial.LimbSpan(limb), modulus, buffer.AsSpan(0, count));
            WriteBytes(buffer.AsSpan(0, count));
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Ends the object with the checksum of everything written.</summary>
    public void WriteChecksum()
    {
        Span<byte> checksum = stackalloc byte[FormatHeader.ChecksumBytes];
        _hash.GetHashAndReset(checksum);
        _stream.Write(checksum);
    }

    public void Dispose() => _hash.Dispose();
}
