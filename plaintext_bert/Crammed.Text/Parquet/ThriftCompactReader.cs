using System.Text;

namespace Crammed.Text.Parquet;

/// <summary>
/// Reads the Thrift compact protocol from untrusted bytes. A struct is read by calling <see cref="ReadField"/> until it returns false
/// and reading or skipping each field's value. Lists are never allocated by their claimed length.
/// </summary>
internal ref struct ThriftCompactReader(ReadOnlySpan<byte> bytes, string place)
{
    private const int DeepestSkip = 32;
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private ByteReader _bytes = new(bytes, place);

    public readonly int Position => _bytes.Position;

    /// <summary>The next field's header.</summary>
    /// <param name="id">In: the previous field's id, 0 before the first. Out: this field's id.</param>
    /// <param name="type">The type of its value.</param>
    /// <returns>False at the end of the struct.</returns>
    public bool ReadField(ref int id, out ThriftType type)
    {
        var header = _bytes.ReadByte("field header");
        type = (ThriftType)(header & 0xf);
        if (header == 0)
            return false;
        var delta = header >> 4;
        var next = delta != 0 ? id + (long)delta : _bytes.ReadZigZag("field id");
        if (next is < short.MinValue or > short.MaxValue)
            throw Malformed($"field id {next} is outside 16 bits");
        id = (int)next;
        return true;
    }

    public readonly bool ReadBoolean(ThriftType type)
    {
        if (type is not (ThriftType.True or ThriftType.False))
            throw Malformed($"type {type} where a boolean is needed");
        return type == ThriftType.True;
    }

    public int ReadInt32(ThriftType type)
    {
        Expect(type, ThriftType.Int32);
        var value = _bytes.ReadZigZag("integer");
        return value is >= int.MinValue and <= int.MaxValue ? (int)value : throw Malformed($"{value} is outside 32 bits");
    }

    public long ReadInt64(ThriftType type)
    {
        Expect(type, ThriftType.Int64);
        return _bytes.ReadZigZag("integer");
    }

    public string ReadString(ThriftType type)
    {
        Expect(type, ThriftType.Binary);
        try
        {
            return StrictUtf8.GetString(_bytes.Read(ReadLength("text length"), "text"));
        }
        catch (DecoderFallbackException error)
        {
            throw new InvalidDataException($"{_bytes.Place}: text that is not UTF-8.", error);
        }
    }

    public readonly void ExpectStruct(ThriftType type) => Expect(type, ThriftType.Struct);

    /// <summary>Starts a list; its elements follow.</summary>
    /// <returns>The number of elements, at most the number of bytes left.</returns>
    public int ReadListHeader(ThriftType type, ThriftType element)
    {
        Expect(type, ThriftType.List);
        var count = ReadListHeader(out var actual);
        if (count > 0)
            Expect(actual, element);
        return count;
    }

    public void Skip(ThriftType type) => Skip(type, isElement: false, depth: 0);

    public readonly InvalidDataException Malformed(string what) => _bytes.Malformed(what);

    private int ReadListHeader(out ThriftType element)
    {
        var header = _bytes.ReadByte("list header");
        element = (ThriftType)(header & 0xf);
        var shortCount = header >> 4;
        return shortCount < 15 ? CheckCount((ulong)shortCount) : ReadLength("list length");
    }

    /// <summary>A count of things of at least one byte each.</summary>
    private int ReadLength(string what) => CheckCount(_bytes.ReadVarint(what));

    private readonly int CheckCount(ulong count) => count <= (ulong)_bytes.Remaining
        ? (int)count
        : throw Malformed($"length {count} exceeds the {_bytes.Remaining} bytes left");

    private readonly void Expect(ThriftType actual, ThriftType needed)
    {
        if (actual != needed)
            throw Malformed($"type {actual} where {needed} is needed");
    }

    private void Skip(ThriftType type, bool isElement, int depth)
    {
        if (depth > DeepestSkip)
            throw Malformed($"structures are nested more than {DeepestSkip} deep");
        switch (type)
        {
            case ThriftType.True or ThriftType.False:
                // A field's boolean is its type; an element's is a byte.
                _bytes.Read(isElement ? 1 : 0, "boolean");
                break;
            case ThriftType.Byte:
                _bytes.Read(1, "byte");
                break;
            case ThriftType.Int16 or ThriftType.Int32 or ThriftType.Int64:
                _bytes.ReadVarint("integer");
                break;
            case ThriftType.Double:
                _bytes.Read(sizeof(double), "double");
                break;
            case ThriftType.Binary:
                _bytes.Read(ReadLength("binary length"), "binary");
                break;
            case ThriftType.List or ThriftType.Set:
                for (var count = ReadListHeader(out var element); count > 0; count--)
                    Skip(element, isElement: true, depth + 1);
                break;
            case ThriftType.Map:
                SkipMap(depth);
                break;
            case ThriftType.Struct:
                var id = 0;
                while (ReadField(ref id, out var field))
                    Skip(field, isElement: false, depth + 1);
                break;
            default:
                throw Malformed($"unknown type {(byte)type}");
        }
    }

    private void SkipMap(int depth)
    {
        var count = ReadLength("map length");
        if (count == 0)
            return;
        var types = _bytes.ReadByte("map types");
        for (; count > 0; count--)
        {
            Skip((ThriftType)(types >> 4), isElement: true, depth + 1);
            Skip((ThriftType)(types & 0xf), isElement: true, depth + 1);
        }
    }
}
