using System.Buffers.Binary;

namespace Crammed.Text.Parquet;

/// <summary>A position in untrusted bytes. Every read is checked; a failure names the place given at construction.</summary>
/// <param name="bytes">The bytes; nothing outside them is read.</param>
/// <param name="place">The file and column that the bytes belong to, for errors.</param>
internal ref struct ByteReader(ReadOnlySpan<byte> bytes, string place)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    public int Position { get; private set; }

    public readonly int Remaining => _bytes.Length - Position;

    public readonly string Place => place;

    public ReadOnlySpan<byte> Read(int count, string what)
    {
        if (count < 0 || count > Remaining)
            throw Malformed($"{what} of {count} bytes does not fit in the {Remaining} bytes left");
        var read = _bytes.Slice(Position, count);
        Position += count;
        return read;
    }

    public byte ReadByte(string what) => Read(1, what)[0];

    public int ReadInt32(string what) => BinaryPrimitives.ReadInt32LittleEndian(Read(sizeof(int), what));

    /// <summary>An unsigned number, 7 bits a byte, low bits first (LEB128).</summary>
    public ulong ReadVarint(string what)
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = ReadByte(what);
            if (shift == 63 && next > 1)
                break;
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
                return value;
        }

        throw Malformed($"{what} is longer than 64 bits");
    }

    /// <summary>A signed number stored as a varint with its sign in the lowest bit.</summary>
    public long ReadZigZag(string what)
    {
        var value = ReadVarint(what);
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    public readonly InvalidDataException Malformed(string what) => new($"{place}: {what}.");
}
