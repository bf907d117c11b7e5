using System.Buffers;
using System.Buffers.Binary;
using Crammed.Ckks.Arithmetic;
using Crammed.Ckks.Ring;

namespace Crammed.Ckks.Serialization;

/// <summary>Reads the fields of one object from a stream that is not trusted: everything is checked, and before memory is taken.</summary>
internal sealed class FormatReader
{
    private readonly Stream _stream;
    private readonly CkksParameters _parameters;

    /// <summary>Reads and checks the header.</summary>
    public FormatReader(Stream stream, CkksParameters parameters, ObjectKind kind)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(parameters);
        _stream = stream;
        _parameters = parameters;
        Span<byte> header = stackalloc byte[FormatHeader.Bytes];
        ReadBytes(header);
        Check(header.StartsWith(FormatHeader.Magic), "the object does not begin as those of this format do");
        ushort version = BinaryPrimitives.ReadUInt16LittleEndian(header[8..]);
        Check(version == FormatHeader.Version, $"the object has version {version}, this program reads {FormatHeader.Version}");
        var found = (ObjectKind)BinaryPrimitives.ReadUInt16LittleEndian(header[10..]);
        Check(found == kind, $"the object is of kind {found}, wanted is {kind}");
        Check(header[12..].SequenceEqual(parameters.Identifier), $"the object was made with parameters other than {parameters.Name}");
    }

    public static void Check(bool holds, string message)
    {
        if (!holds)
            throw new CkksFormatException(message);
    }

    public void ReadBytes(Span<byte> destination)
    {
        int read = _stream.ReadAtLeast(destination, destination.Length, throwOnEndOfStream: false);
        Check(read == destination.Length, $"the object ends {destination.Length - read} bytes early");
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
        byte value = ReadByte();
        Check(value <= 1, $"{field} is {value}, it must be 0 or 1");
        return value == 1;
    }

    public int ReadInt32()
    {
        Span<byte> value = stackalloc byte[sizeof(int)];
        ReadBytes(value);
        return BinaryPrimitives.ReadInt32LittleEndian(value);
    }

    public double ReadDouble()
    {
        Span<byte> value = stackalloc byte[sizeof(double)];
        ReadBytes(value);
        return BinaryPrimitives.ReadDoubleLittleEndian(value);
    }

    public int ReadLevel()
    {
        int level = ReadByte();
        Check(level <= _parameters.MaxLevel, $"the level is {level}, {_parameters.Name} has levels 0 to {_parameters.MaxLevel}");
        return level;
    }

    /// <summary>Refuses at once what cannot be there, if the stream knows its length.</summary>
    public void CheckRemaining(long bytes)
    {
        if (_stream.CanSeek)
        {
            long left = _stream.Length - _stream.Position;
            Check(left >= bytes, $"the object ends {bytes - left} bytes early");
        }
    }

    /// <summary>The bytes that <see cref="ReadPolynomial"/> takes from the stream.</summary>
    public long PolynomialBytes(int limbCount, Func<int, int> modulusOf) => Enumerable.Range(0, limbCount)
        .Sum(limb => (long)BitPacking.PackedBytes(_parameters.N, _parameters.Ring.Moduli[modulusOf(limb)]));

    /// <summary>A polynomial whose limb i belongs to the ring's modulus <paramref name="modulusOf"/>(i).</summary>
    public RnsPolynomial ReadPolynomial(int limbCount, Func<int, int> modulusOf)
    {
        CheckRemaining(PolynomialBytes(limbCount, modulusOf));
        RnsPolynomial polynomial = _parameters.Ring.Rent(limbCount);
        try
        {
            FillPolynomial(polynomial, modulusOf);
            return polynomial;
        }
        catch
        {
            polynomial.Dispose();
            throw;
        }
    }

    /// <summary>As <see cref="ReadPolynomial"/>, into memory that is there.</summary>
    public void FillPolynomial(RnsPolynomial polynomial, Func<int, int> modulusOf)
    {
        for (int limb = 0; limb < polynomial.LimbCount; limb++)
        {
            Modulus modulus = _parameters.Ring.Moduli[modulusOf(limb)];
            int count = BitPacking.PackedBytes(polynomial.Length, modulus);
            byte[] buffer = ArrayPool<byte>.Shared.Rent(count);
            try
            {
                ReadBytes(buffer.AsSpan(0, count));
                BitPacking.Unpack(buffer.AsSpan(0, count), modulus, polynomial.LimbSpan(limb));
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }
}
