using System.Buffers.Binary;
using System.Security.Cryptography;
using Crammed.Ckks.Ring;

namespace Crammed.Ckks.Serialization;

/// <summary>
/// Reads the fields of one object from a stream that is not trusted: everything is checked, and before memory is taken. Polynomials stay
/// packed until <see cref="VerifyChecksum"/> has passed, so that damaged objects take no residue memory, and no stream, seekable or not,
/// makes a reader take much more memory than it has bytes.
/// </summary>
internal sealed class FormatReader : IDisposable
{
    private readonly Stream _stream;
    private readonly CkksParameters _parameters;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>Reads and checks the header.</summary>
    /// <exception cref="CkksFormatException">it is not that of an object of this kind and these parameters</exception>
    public FormatReader(Stream stream, CkksParameters parameters, ObjectKind kind)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(parameters);
        _stream = stream;
        _parameters = parameters;
        Span<byte> header = stackalloc byte[FormatHeader.Bytes];
        ReadBytes(header);
        Check(header.StartsWith(FormatHeader.Magic), "the object does not begin as those of this format do");
        var version = BinaryPrimitives.ReadUInt16LittleEndian(header[8..]);
        Check(
            version == FormatHeader.Version,
            $"the object has version {version}, this program reads {FormatHeader.Version}; make keys and ciphertexts again");
        var found = (ObjectKind)BinaryPrimitives.ReadUInt16LittleEndian(header[10..]);
        Check(found == kind, $"the object is of kind {found}, wanted is {kind}");
        Check(
            header[12..].StartsWith(parameters.Identifier), $"the object was made with parameters other than {parameters.Name}");
        KeyId = new KeyId(header[^KeyId.Bytes..]);
    }

    /// <summary>The key that the object belongs to.</summary>
    public KeyId KeyId { get; }

    public static void Check(bool holds, string message)
    {
        if (!holds)
            throw new CkksFormatException(message);
    }

    public void ReadBytes(Span<byte> destination)
    {
        ReadUnhashed(destination);
        _hash.AppendData(destination);
    }

    public byte[] ReadSeed()
    {
        var seed = new byte[AesKeyStream.SeedBytes];
        ReadBytes(seed);
        return seed;
    }

    public byte ReadByte()
    {
        Span<byte> value = stackalloc byte[1];
        ReadBytes(value);
        return value[0];
    }

    public bool ReadFlag(string field)
    {
        var value = ReadByte();
        Check(value <= 1, $"{field} is {value}, it must be 0 or 1");
        return value == 1;
    }

    public ushort ReadUInt16()
    {
        Span<byte> value = stackalloc byte[sizeof(ushort)];
        ReadBytes(value);
        return BinaryPrimitives.ReadUInt16LittleEndian(value);
    }

    public int ReadInt32()
    {
        Span<byte> value = stackalloc byte[sizeof(int)];
        ReadBytes(value);
        return BinaryPrimitives.ReadInt32LittleEndian(value);
    }

    public long ReadInt64()
    {
        Span<byte> value = stackalloc byte[sizeof(long)];
        ReadBytes(value);
        return BinaryPrimitives.ReadInt64LittleEndian(value);
    }

    public double ReadDouble() => BitConverter.Int64BitsToDouble(ReadInt64());

    public int ReadLevel()
    {
        int level = ReadByte();
        Check(level <= _parameters.MaxLevel, $"the level is {level}, {_parameters.Name} has levels 0 to {_parameters.MaxLevel}");
        return level;
    }

    /// <summary>The still packed limbs of so many polynomials over q_0 ... q_level.</summary>
    public PackedPolynomials ReadPolynomials(int count, int level)
    {
        var moduli = _parameters.Ring.Moduli[..(level + 1)];
        CheckRemaining(count * moduli.Sum(modulus => (long)BitPacking.PackedBytes(_parameters.N, modulus)));
        var packed = new PackedPolynomials(_parameters.Ring, moduli);
        try
        {
            for (var limb = 0; limb < count * moduli.Length; limb++)
                ReadBytes(packed.Append());
            return packed;
        }
        catch
        {
            packed.Dispose();
            throw;
        }
    }

    /// <summary>Refuses at once what cannot be there, if the stream knows its length.</summary>
    public void CheckRemaining(long bytes)
    {
        if (_stream.CanSeek)
        {
            var left = _stream.Length - _stream.Position;
            Check(left >= bytes, $"the object ends {bytes - left} bytes early");
        }
    }

    /// <summary>Reads the checksum and compares it with that of everything read so far.</summary>
    public void VerifyChecksum()
    {
        Span<byte> stored = stackalloc byte[FormatHeader.ChecksumBytes], computed = stackalloc byte[FormatHeader.ChecksumBytes];
        ReadUnhashed(stored);
        _hash.GetHashAndReset(computed);
        Check(stored.SequenceEqual(computed), "the object does not match its checksum: it is damaged");
    }

    public void Dispose() => _hash.Dispose();

    private void ReadUnhashed(Span<byte> destination)
    {
        var read = _stream.ReadAtLeast(destination, destination.Length, throwOnEndOfStream: false);
        Check(read == destination.Length, $"the object ends {destination.Length - read} bytes early");
    }
}
