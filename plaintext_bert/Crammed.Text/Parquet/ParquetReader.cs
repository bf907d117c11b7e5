using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Crammed.Files;
using Microsoft.Win32.SafeHandles;

namespace Crammed.Text.Parquet;

/// <summary>
/// A Parquet file, open for reading, one column of one row group at a time. Safe for concurrent reads. Reads flat columns, members of
/// structures (as columns of their own) and one level of lists; v1 and v2 pages; PLAIN, dictionary, RLE and DELTA_BINARY_PACKED values;
/// no compression or SNAPPY. (Format: https://github.com/apache/parquet-format.)
/// The file is not trusted: sizes and counts are checked before memory is allocated for them, and a column chunk may expand to at most
/// 16 MiB plus 1024 times the file's length. Whatever is malformed, damaged or not supported is an
/// <see cref="InvalidDataException"/> that names file, column and value.
/// </summary>
public sealed class ParquetReader : IDisposable
{
    private const int MagicBytes = 4;
    private const int TailBytes = 4 + MagicBytes;
    private const long FreeExpansionBytes = 16 << 20;
    private const long Expansion = 1024;

    private readonly string _path;
    private readonly SafeFileHandle _handle;
    private readonly long _fileLength;
    private readonly FileMetadata _metadata;
    private readonly List<ParquetColumn> _columns;

    private ParquetReader(string path, SafeFileHandle handle)
    {
        _path = path;
        _handle = handle;
        _fileLength = RandomAccess.GetLength(handle);
        var footer = ReadFooter();
        _metadata = MetadataReader.Read(footer, path);
        _columns = SchemaReader.Columns(_metadata.Schema, path);
        MetadataCheck.Check(_metadata, _columns, dataEnd: _fileLength - TailBytes - footer.Length, path);
        var keyValues = new Dictionary<string, string>();
        foreach (var (key, value) in _metadata.KeyValues)
            keyValues[key] = value;
        KeyValues = keyValues;
    }

    /// <summary>The leaves of the schema, in order.</summary>
    public IReadOnlyList<ParquetColumn> Columns => _columns;

    /// <summary>Rows in the file.</summary>
    public long RowCount => _metadata.RowCount;

    /// <summary>Row groups in the file.</summary>
    public int RowGroupCount => _metadata.RowGroups.Count;

    /// <summary>The file's key-value metadata. Of several with one key, the last; without a value, empty.</summary>
    public IReadOnlyDictionary<string, string> KeyValues { get; }

    /// <summary>Opens a file; reads and checks its footer.</summary>
    /// <exception cref="InvalidDataException">The file is malformed.</exception>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static ParquetReader Open(string path)
    {
        var handle = File.OpenHandle(path);
        try
        {
            return new ParquetReader(path, handle);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Rows of one row group.</summary>
    public int RowGroupRowCount(int rowGroup) => (int)RowGroup(rowGroup).RowCount;

    /// <summary>The column of this path; a name at the top of the schema will do where it has only one column below it.</summary>
    /// <exception cref="InvalidDataException">There is none, or more than one.</exception>
    public ParquetColumn Column(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (_columns.Find(column => column.Path == name) is { } exact)
            return exact;
        var below = _columns.FindAll(column => column.Parts[0] == name);
        return below.Count == 1
            ? below[0]
            : throw new InvalidDataException($"{_path}: {below.Count} columns are named {ErrorText.Quote(name)}, where one is needed.");
    }

    /// <summary>Whether <see cref="Column"/> finds a column.</summary>
    public bool HasColumn(string name) =>
        _columns.Exists(column => column.Path == name) || _columns.Count(column => column.Parts[0] == name) == 1;

    /// <summary>Reads an INT32 column of one row group.</summary>
    /// <param name="rowGroup">The row group's index, from 0.</param>
    /// <param name="column">See <see cref="Column"/>.</param>
    /// <exception cref="InvalidDataException">No such column, another type, or malformed data.</exception>
    public ColumnData<int> ReadInt32(int rowGroup, string column) => Read(rowGroup, column, ValueDecoders.Int32);

    /// <summary>Reads an INT64 column of one row group.</summary>
    /// <inheritdoc cref="ReadInt32"/>
    public ColumnData<long> ReadInt64(int rowGroup, string column) => Read(rowGroup, column, ValueDecoders.Int64);

    /// <summary>Reads a FLOAT column of one row group.</summary>
    /// <inheritdoc cref="ReadInt32"/>
    public ColumnData<float> ReadFloat(int rowGroup, string column) => Read(rowGroup, column, ValueDecoders.Float);

    /// <summary>Reads a DOUBLE column of one row group.</summary>
    /// <inheritdoc cref="ReadInt32"/>
    public ColumnData<double> ReadDouble(int rowGroup, string column) => Read(rowGroup, column, ValueDecoders.Double);

    /// <summary>Reads a BOOLEAN column of one row group.</summary>
    /// <inheritdoc cref="ReadInt32"/>
    public ColumnData<bool> ReadBoolean(int rowGroup, string column) => Read(rowGroup, column, ValueDecoders.Boolean);

    /// <summary>Reads a BYTE_ARRAY column of one row group as UTF-8 text.</summary>
    /// <inheritdoc cref="ReadInt32"/>
    public ColumnData<string> ReadString(int rowGroup, string column) => Read(rowGroup, column, ValueDecoders.Text);

    /// <summary>Reads a BYTE_ARRAY column of one row group.</summary>
    /// <inheritdoc cref="ReadInt32"/>
    public ColumnData<byte[]> ReadByteArray(int rowGroup, string column) => Read(rowGroup, column, ValueDecoders.ByteArrays);

    /// <summary>Reads an INT96 column of one row group, 12 bytes a value as they are stored.</summary>
    /// <inheritdoc cref="ReadInt32"/>
    public ColumnData<byte[]> ReadInt96(int rowGroup, string column) => Read(rowGroup, column, ValueDecoders.Int96);

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    private ColumnData<T> Read<T>(int rowGroup, string name, ValueDecoder<T> decoder)
    {
        var group = RowGroup(rowGroup);
        var column = Column(name);
        var place = $"{_path}: column {ErrorText.Quote(column.Path)}, row group {rowGroup}";
        if (!decoder.Types.Contains(column.Type))
            throw new InvalidDataException($"{place}: type {column.Type} where {string.Join(" or ", decoder.Types)} is needed.");
        if (column.Levels.MaximumRepetition > 1)
            throw new InvalidDataException($"{place}: lists are nested {column.Levels.MaximumRepetition} deep, and 1 is supported.");
        var chunk = group.Chunks[_columns.IndexOf(column)];
        var largest = Math.Min(FreeExpansionBytes + (Expansion * _fileLength), Array.MaxLength * (long)Unsafe.SizeOf<T>());
        var bytes = ReadBytes(chunk.Start, chunk.CompressedBytes, place);
        return new ColumnChunkReader<T>(column.Levels, chunk.Codec, decoder, place)
            .Read(bytes, (int)chunk.ValueCount, (int)group.RowCount, largest);
    }

    private RowGroupMetadata RowGroup(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, RowGroupCount);
        return _metadata.RowGroups[index];
    }

    private byte[] ReadFooter()
    {
        if (_fileLength < MagicBytes + TailBytes)
            throw new InvalidDataException($"{_path}: {_fileLength} bytes are too few for a Parquet file.");
        var tail = ReadBytes(_fileLength - TailBytes, TailBytes, _path);
        if (!ReadBytes(0, MagicBytes, _path).AsSpan().SequenceEqual("PAR1"u8) || !tail.AsSpan(4).SequenceEqual("PAR1"u8))
            throw new InvalidDataException($"{_path}: the file does not begin and end with PAR1; is it a Parquet file?");
        var length = BinaryPrimitives.ReadUInt32LittleEndian(tail);
        if (length > _fileLength - MagicBytes - TailBytes)
            throw new InvalidDataException($"{_path}: a footer of {length} bytes does not fit in the file of {_fileLength}.");
        return ReadBytes(_fileLength - TailBytes - length, length, _path);
    }

    /// <summary>Reads bytes that are known to lie within the file.</summary>
    private byte[] ReadBytes(long position, long count, string place)
    {
        if (count > Array.MaxLength)
            throw new InvalidDataException($"{place}: {count} bytes in one piece are more than an array holds.");
        var bytes = new byte[count];
        FileReading.ReadExactly(_path, _handle, bytes, position);
        return bytes;
    }
}
