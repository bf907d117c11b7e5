using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;

namespace Crammed.Files;

/// <summary>
/// A safetensors file, open for reading. Opening reads and checks the header only; each read goes to the file.
/// Safe for concurrent reads. Values come in row-major order (the last axis of the shape runs fastest).
/// </summary>
public sealed class SafetensorsFile : IDisposable
{
    private const int ChunkValues = 1 << 20;

    private readonly SafeFileHandle _handle;
    private readonly SafetensorsHeader _header;
    private readonly Dictionary<string, TensorEntry> _entries;

    private SafetensorsFile(string path, SafeFileHandle handle, SafetensorsHeader header)
    {
        Path = path;
        _handle = handle;
        _header = header;
        _entries = header.Entries.ToDictionary(entry => entry.Name);
        Names = header.Entries.ConvertAll(entry => entry.Name);
    }

    /// <summary>The path given to <see cref="Open"/>.</summary>
    public string Path { get; }

    /// <summary>The tensors' names, in the order of their bytes in the file.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The header's <c>__metadata__</c>; empty where it has none.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _header.Metadata;

    /// <summary>Opens a file and checks its whole header: sizes, types, shapes, and that the tensors tile the file exactly.</summary>
    /// <exception cref="InvalidDataException">The file is malformed.</exception>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static SafetensorsFile Open(string path)
    {
        var handle = File.OpenHandle(path);
        try
        {
            return new SafetensorsFile(path, handle, SafetensorsHeader.Read(path, handle));
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Whether the file has a tensor of this name.</summary>
    public bool Contains(string name) => _entries.ContainsKey(name);

    /// <summary>The axes of a tensor, outermost first; empty for a scalar.</summary>
    /// <exception cref="InvalidDataException">The file has no such tensor.</exception>
    public IReadOnlyList<long> Shape(string name) => Entry(name).Shape;

    /// <summary>The element type of a tensor.</summary>
    /// <exception cref="InvalidDataException">The file has no such tensor.</exception>
    public SafetensorsDataType DataType(string name) => Entry(name).DataType;

    /// <summary>The values of an F32, F16, BF16 or F64 tensor; the shorter types widen exactly, F64 is rounded to nearest.</summary>
    /// <exception cref="InvalidDataException">No such tensor, another type, or the file was cut short since it was opened.</exception>
    public float[] ReadFloat32(string name)
    {
        var entry = Entry(name);
        switch (entry.DataType)
        {
            case SafetensorsDataType.Float32:
                return Read<float>(entry);
            case SafetensorsDataType.Float16:
                return Array.ConvertAll(Read<Half>(entry), value => (float)value);
            case SafetensorsDataType.BFloat16:
                return Array.ConvertAll(Read<ushort>(entry), bits => BitConverter.UInt32BitsToSingle((uint)bits << 16));
            case SafetensorsDataType.Float64:
                return Array.ConvertAll(Read<double>(entry), value => (float)value);
            default:
                throw WrongType(entry, "F32, F16, BF16 or F64");
        }
    }

    /// <summary>The values of an F64 tensor.</summary>
    /// <exception cref="InvalidDataException">No such tensor, another type, or the file was cut short since it was opened.</exception>
    public double[] ReadFloat64(string name)
    {
        var entry = Entry(name);
        return entry.DataType == SafetensorsDataType.Float64 ? Read<double>(entry) : throw WrongType(entry, "F64");
    }

    /// <summary>The values of an I64 or I32 tensor.</summary>
    /// <exception cref="InvalidDataException">No such tensor, another type, or the file was cut short since it was opened.</exception>
    public long[] ReadInt64(string name)
    {
        var entry = Entry(name);
        return entry.DataType switch
        {
            SafetensorsDataType.Int64 => Read<long>(entry),
            SafetensorsDataType.Int32 => Array.ConvertAll(Read<int>(entry), value => (long)value),
            _ => throw WrongType(entry, "I64 or I32"),
        };
    }

    /// <summary>The stored little-endian bytes of a tensor of any type; for U8 and BOOL, its values.</summary>
    /// <exception cref="InvalidDataException">No such tensor, or the file was cut short since it was opened.</exception>
    public byte[] ReadBytes(string name) => Read<byte>(Entry(name));

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    private TensorEntry Entry(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _entries.TryGetValue(name, out var entry)
            ? entry
            : throw new InvalidDataException($"{Path}: there is no tensor {ErrorText.Quote(name)}.");
    }

    private T[] Read<T>(TensorEntry entry)
        where T : unmanaged
    {
        // The header is checked: End - Begin is a multiple of the element size and lies within the file.
        var count = (entry.End - entry.Begin) / Unsafe.SizeOf<T>();
        if (count > Array.MaxLength)
            throw new InvalidDataException($"{Path}: tensor {ErrorText.Quote(entry.Name)} has {count} values, more than an array holds.");
        var values = new T[count];
        var position = _header.DataStart + entry.Begin;
        for (var start = 0; start < values.Length; start += ChunkValues)
        {
            // A view in bytes of all values could pass the 2 GiB that a span can hold.
            var chunk = LittleEndian.Bytes(values.AsSpan(start, Math.Min(ChunkValues, values.Length - start)));
            FileReading.ReadExactly(Path, _handle, chunk, position);
            position += chunk.Length;
        }

        return values;
    }

    private InvalidDataException WrongType(TensorEntry entry, string needed) =>
        new($"{Path}: tensor {ErrorText.Quote(entry.Name)} has dtype {entry.DataType.Name()}, where {needed} is needed.");
}
