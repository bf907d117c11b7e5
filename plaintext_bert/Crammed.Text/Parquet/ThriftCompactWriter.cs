using System.Text;

namespace Crammed.Text.Parquet;

/// <summary>Writes the Thrift compact protocol. Fields of a struct are written in increasing order of their ids.</summary>
internal sealed class ThriftCompactWriter
{
    private readonly MemoryStream _bytes = new();
    private readonly Stack<int> _lastIds = new();

    /// <summary>Starts a struct that is the whole message or an element of a list.</summary>
    public void BeginStruct() => _lastIds.Push(0);

    /// <summary>Starts a struct that is a field.</summary>
    public void BeginStruct(int id)
    {
        WriteHeader(id, ThriftType.Struct);
        BeginStruct();
    }

    public void EndStruct()
    {
        _lastIds.Pop();
        _bytes.WriteByte(0);
    }

    /// <summary>Starts a list; its elements follow.</summary>
    public void BeginList(int id, ThriftType element, int count)
    {
        WriteHeader(id, ThriftType.List);
        _bytes.WriteByte((byte)((Math.Min(count, 15) << 4) | (int)element));
        if (count >= 15)
            WriteVarint((ulong)count);
    }

    public void WriteInt32(int id, int value)
    {
        WriteHeader(id, ThriftType.Int32);
        WriteElement(value);
    }

    public void WriteInt64(int id, long value)
    {
        WriteHeader(id, ThriftType.Int64);
        WriteElement(value);
    }

    public void WriteString(int id, string value)
    {
        WriteHeader(id, ThriftType.Binary);
        WriteElement(value);
    }

    /// <summary>Writes an integer element of a list.</summary>
    public void WriteElement(long value) => WriteVarint(((ulong)value << 1) ^ (ulong)(value >> 63));

    /// <summary>Writes a text element of a list.</summary>
    public void WriteElement(string value)
    {
        var text = Encoding.UTF8.GetBytes(value);
        WriteVarint((ulong)text.Length);
        _bytes.Write(text);
    }

    public byte[] ToArray() => _bytes.ToArray();

    private void WriteHeader(int id, ThriftType type)
    {
        var delta = id - _lastIds.Pop();
        _lastIds.Push(id);
        if (delta is < 1 or > 15)
            throw new ArgumentOutOfRangeException(nameof(id), id, "Field ids increase by 1 to 15.");
        _bytes.WriteByte((byte)((delta << 4) | (int)type));
    }

    private void WriteVarint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            _bytes.WriteByte((byte)(value | 0x80));
        _bytes.WriteByte((byte)value);
    }
}
