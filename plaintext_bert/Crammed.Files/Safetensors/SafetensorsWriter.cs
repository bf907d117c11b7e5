using System.Buffers.Binary;
using System.Text.Json;

namespace Crammed.Files;

/// <summary>
/// Collects tensors and metadata and writes them as one safetensors file. The same content gives the same bytes, in whatever order it
/// was added: tensors of wider types come first (which aligns them all), then by name; metadata by key; the header is padded to a
/// multiple of 8 bytes. The values are not copied: they must not change before <see cref="Write"/> returns.
/// </summary>
public sealed class SafetensorsWriter
{
    private const int ChunkValues = 1 << 20;

    private readonly Dictionary<string, PendingTensor> _tensors = [];
    private readonly SortedDictionary<string, string> _metadata = new(StringComparer.Ordinal);

    private delegate void ValueWriter(Stream stream);

    /// <summary>Adds an F32 tensor, row-major.</summary>
    /// <param name="name">A name not yet added, other than <c>__metadata__</c>.</param>
    /// <param name="shape">Axes from 0 on, outermost first; empty for a scalar.</param>
    /// <param name="values">As many values as the product of the axes.</param>
    /// <exception cref="ArgumentException">The name is taken or reserved, or the shape does not match the number of values.</exception>
    public void AddFloat32(string name, IReadOnlyList<long> shape, ReadOnlyMemory<float> values) =>
        Add(name, SafetensorsDataType.Float32, shape, values);

    /// <summary>Adds an F64 tensor, row-major.</summary>
    /// <inheritdoc cref="AddFloat32"/>
    public void AddFloat64(string name, IReadOnlyList<long> shape, ReadOnlyMemory<double> values) =>
        Add(name, SafetensorsDataType.Float64, shape, values);

    /// <summary>Adds an I64 tensor, row-major.</summary>
    /// <inheritdoc cref="AddFloat32"/>
    public void AddInt64(string name, IReadOnlyList<long> shape, ReadOnlyMemory<long> values) =>
        Add(name, SafetensorsDataType.Int64, shape, values);

    /// <summary>Adds an I32 tensor, row-major.</summary>
    /// <inheritdoc cref="AddFloat32"/>
    public void AddInt32(string name, IReadOnlyList<long> shape, ReadOnlyMemory<int> values) =>
        Add(name, SafetensorsDataType.Int32, shape, values);

    /// <summary>Adds a U8 tensor, row-major.</summary>
    /// <inheritdoc cref="AddFloat32"/>
    public void AddUInt8(string name, IReadOnlyList<long> shape, ReadOnlyMemory<byte> values) =>
        Add(name, SafetensorsDataType.UInt8, shape, values);

    /// <summary>Adds a BOOL tensor, row-major.</summary>
    /// <inheritdoc cref="AddFloat32"/>
    public void AddBoolean(string name, IReadOnlyList<long> shape, ReadOnlyMemory<bool> values) =>
        Add(name, SafetensorsDataType.Boolean, shape, values);

    /// <summary>Adds an entry to <c>__metadata__</c>.</summary>
    /// <exception cref="ArgumentException">The key is taken.</exception>
    public void AddMetadata(string key, string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        _metadata.Add(key, value);
    }

    /// <summary>Writes the file under a temporary name in the same folder, flushes it to the disk and renames it to its own.</summary>
    /// <exception cref="IOException">The file cannot be written; a file that had the name is then untouched.</exception>
    /// <exception cref="InvalidOperationException">The header would be longer than readers accept (100 MB).</exception>
    public void Write(string path)
    {
        var tensors = _tensors.OrderByDescending(tensor => tensor.Value.DataType.Bytes())
            .ThenBy(tensor => tensor.Key, StringComparer.Ordinal).ToList();
        var header = Header(tensors);
        if (header.Length > SafetensorsHeader.MaximumLength)
            throw new InvalidOperationException($"The header of {path} would have {header.Length} bytes, over the format's 100 MB.");

        using var file = new AtomicFile(path);
        Span<byte> length = stackalloc byte[SafetensorsHeader.LengthBytes];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        file.Stream.Write(length);
        file.Stream.Write(header);
        foreach (var (_, tensor) in tensors)
            tensor.WriteValues(file.Stream);
        file.Commit();
    }

    private void Add<T>(string name, SafetensorsDataType type, IReadOnlyList<long> shape, ReadOnlyMemory<T> values)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(shape);
        if (name == SafetensorsHeader.MetadataKey)
            throw new ArgumentException($"The name {name} is reserved.", nameof(name));
        if (!HasCount(shape, values.Length))
        {
            throw new ArgumentException(
                $"Tensor '{name}' of shape [{string.Join(", ", shape)}] does not have {values.Length} values.", nameof(shape));
        }

        var bytes = (long)values.Length * type.Bytes();
        if (!_tensors.TryAdd(name, new PendingTensor(type, [.. shape], bytes, stream => WriteChunks(stream, values))))
            throw new ArgumentException($"Tensor '{name}' was added before.", nameof(name));
    }

    private static bool HasCount(IReadOnlyList<long> shape, int count)
    {
        if (shape.Any(axis => axis < 0))
            return false;
        if (shape.Contains(0))
            return count == 0;
        var product = 1L;
        foreach (var axis in shape)
        {
            if (axis > count)
                return false;
            product *= axis;
            if (product > count)
                return false;
        }

        return product == count;
    }

    private static void WriteChunks<T>(Stream stream, ReadOnlyMemory<T> values)
        where T : unmanaged
    {
        // A view in bytes of all values could pass the 2 GiB that a span can hold.
        for (var start = 0; start < values.Length; start += ChunkValues)
            stream.Write(LittleEndian.Bytes(values.Span.Slice(start, Math.Min(ChunkValues, values.Length - start))));
    }

    private byte[] Header(List<KeyValuePair<string, PendingTensor>> tensors)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (_metadata.Count > 0)
            {
                json.WriteStartObject(SafetensorsHeader.MetadataKey);
                foreach (var (key, value) in _metadata)
                    json.WriteString(key, value);
                json.WriteEndObject();
            }

            var position = 0L;
            foreach (var (name, tensor) in tensors)
            {
                WriteEntry(json, name, tensor, position);
                position += tensor.Bytes;
            }

            json.WriteEndObject();
        }

        while (buffer.Length % SafetensorsHeader.LengthBytes != 0)
            buffer.WriteByte((byte)' ');
        return buffer.ToArray();
    }

    private static void WriteEntry(Utf8JsonWriter json, string name, PendingTensor tensor, long position)
    {
        json.WriteStartObject(name);
        json.WriteString("dtype", tensor.DataType.Name());
        json.WriteStartArray("shape");
        foreach (var axis in tensor.Shape)
            json.WriteNumberValue(axis);
        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(position);
        json.WriteNumberValue(position + tensor.Bytes);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private sealed record PendingTensor(SafetensorsDataType DataType, long[] Shape, long Bytes, ValueWriter WriteValues);
}
