using System.Buffers.Binary;

namespace Crammed.Text.Parquet;

/// <summary>
/// Parquet's hybrid of runs and bit-packed groups, for levels, dictionary indices and booleans (parquet-format, Encodings.md, "RLE").
/// A header varint is followed, if even, by one value repeated header/2 times, else by header/2 groups of 8 packed values.
/// </summary>
internal ref struct RunLengthDecoder
{
    private readonly int _bitWidth;
    private ByteReader _bytes;
    private int _runLeft;
    private int _runValue;
    private ReadOnlySpan<byte> _packed;
    private int _packedLeft;
    private long _packedBit;

    /// <summary>Starts at the reader's position and uses what is left of it.</summary>
    public RunLengthDecoder(ByteReader bytes, int bitWidth)
    {
        if (bitWidth is < 0 or > 32)
            throw bytes.Malformed($"bit width {bitWidth} is not from 0 to 32");
        _bytes = bytes;
        _bitWidth = bitWidth;
    }

    /// <summary>Fills the destination with the next values; values of 32 bits wrap to negative numbers.</summary>
    /// <exception cref="InvalidDataException">The data ends before.</exception>
    public void Read(scoped Span<int> destination)
    {
        while (destination.Length > 0)
        {
            if (_runLeft == 0 && _packedLeft == 0)
                ReadHeader();
            var count = Math.Min(destination.Length, _runLeft > 0 ? _runLeft : _packedLeft);
            if (_runLeft > 0)
            {
                destination[..count].Fill(_runValue);
                _runLeft -= count;
            }
            else
            {
                Unpack(destination[..count]);
            }

            destination = destination[count..];
        }
    }

    private void ReadHeader()
    {
        var header = _bytes.ReadVarint("run header");
        var count = header >> 1;
        if (count > int.MaxValue / 8)
            throw _bytes.Malformed($"run of {count} values or groups is too long");
        if ((header & 1) == 0)
        {
            ReadRun((int)count);
            return;
        }

        var byteCount = (long)count * _bitWidth;
        if (byteCount > _bytes.Remaining)
            throw _bytes.Malformed($"{count} packed groups of {byteCount} bytes do not fit in the {_bytes.Remaining} bytes left");
        _packed = _bytes.Read((int)byteCount, "packed values");
        _packedLeft = (int)count * 8;
        _packedBit = 0;
    }

    private void ReadRun(int count)
    {
        uint value = 0;
        var width = (_bitWidth + 7) / 8;
        var bytes = _bytes.Read(width, "run value");
        for (var index = 0; index < width; index++)
            value |= (uint)bytes[index] << (8 * index);
        if (_bitWidth < 32 && value >> _bitWidth != 0)
            throw _bytes.Malformed($"run value {value} does not fit in {_bitWidth} bits");
        _runLeft = count;
        _runValue = (int)value;
    }

    private void Unpack(scoped Span<int> destination)
    {
        var mask = (1UL << _bitWidth) - 1;
        for (var index = 0; index < destination.Length; index++)
        {
            var start = (int)(_packedBit >> 3);
            destination[index] = (int)(uint)((Window(start) >> (int)(_packedBit & 7)) & mask);
            _packedBit += _bitWidth;
        }

        _packedLeft -= destination.Length;
    }

    /// <summary>Eight bytes from a position on, zero beyond the end.</summary>
    private readonly ulong Window(int start)
    {
        if (start + sizeof(ulong) <= _packed.Length)
            return BinaryPrimitives.ReadUInt64LittleEndian(_packed[start..]);
        Span<byte> padded = stackalloc byte[sizeof(ulong)];
        padded.Clear();
        _packed[start..].CopyTo(padded);
        return BinaryPrimitives.ReadUInt64LittleEndian(padded);
    }
}
