using System.Buffers.Binary;

namespace Crammed.Text.Parquet;

/// <summary>
/// Writes a Parquet file row group by row group; no more than one row group is in memory. The file appears under its name when
/// <see cref="Complete"/> has flushed it to the disk. Disposing before that leaves nothing behind, or, of a file that
/// <see cref="Resume"/> opened, what another call goes on with.
/// Columns of lists have the standard three levels (parquet-format, LogicalTypes.md, "Lists").
/// </summary>
public sealed class ParquetWriter : IDisposable
{
    private readonly IParquetOutput _output;
    private readonly ParquetField[] _fields;
    private readonly List<RowGroupMetadata> _rowGroups = [];
    private readonly List<KeyValuePair<string, string>> _keyValues = [];
    private long _rowCount;
    private bool _completed;

    private ParquetWriter(IParquetOutput output, ParquetField[] fields)
    {
        _output = output;
        _fields = fields;
        if (output.Recorded is null)
            output.Stream.Write("PAR1"u8);
    }

    /// <summary>Rows written so far, those of earlier processes included.</summary>
    public long RowCount => _rowCount;

    /// <summary>Starts a file.</summary>
    /// <param name="path">Its name; its folder must exist.</param>
    /// <param name="fields">Its columns: at least one, with different names.</param>
    /// <exception cref="ArgumentException">No column, an empty name or one name twice.</exception>
    /// <exception cref="IOException">The file cannot be created.</exception>
    public static ParquetWriter Create(string path, params IReadOnlyList<ParquetField> fields)
    {
        CheckFields(fields);
        return new ParquetWriter(new AtomicParquetOutput(path), [.. fields]);
    }

    /// <summary>
    /// Goes on with a file that an earlier process began with this method and did not complete, after its last whole row group; or starts
    /// one. The completed file is the one that a single process would have written, byte for byte. Beside it lie PATH.part and
    /// PATH.part.footer until then.
    /// </summary>
    /// <param name="path">Its name; its folder must exist.</param>
    /// <param name="fields">Its columns: at least one, with different names.</param>
    /// <param name="keyValues">All of its key-value metadata.</param>
    /// <exception cref="ArgumentException">No column, an empty name or one name or key twice.</exception>
    /// <exception cref="InvalidDataException">
    /// What was left is malformed, or was begun with other columns or metadata; names the entry and both values.
    /// </exception>
    /// <exception cref="IOException">The file cannot be opened, for example since another process writes it.</exception>
    public static ParquetWriter Resume(
        string path, IReadOnlyList<ParquetField> fields, IEnumerable<KeyValuePair<string, string>> keyValues)
    {
        CheckFields(fields);
        ArgumentNullException.ThrowIfNull(keyValues);
        var output = ResumableParquetOutput.Open(path);
        try
        {
            var writer = new ParquetWriter(output, [.. fields]);
            foreach (var (key, value) in keyValues)
                writer.AddKeyValue(key, value);
            if (output.Recorded is { } recorded)
                writer.GoOn(recorded, path);
            return writer;
        }
        catch
        {
            output.Dispose();
            throw;
        }
    }

    /// <summary>Removes what an uncompleted <see cref="Resume"/> left of a file; the file itself stays.</summary>
    public static void Discard(string path) => ResumableParquetOutput.Discard(path);

    /// <summary>Adds an entry to the file's key-value metadata.</summary>
    /// <exception cref="ArgumentException">The key is taken.</exception>
    public void AddKeyValue(string key, string value)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(value);
        if (_keyValues.Exists(entry => entry.Key == key))
            throw new ArgumentException($"The key '{key}' was added before.", nameof(key));
        _keyValues.Add(new(key, value));
    }

    /// <summary>Writes a row group.</summary>
    /// <param name="columns">Its columns in the order of the fields, all with the same number of rows, at least one, and no nulls.</param>
    /// <exception cref="ArgumentException">
    /// A column does not fit its field or the others, or a text has half of a surrogate pair; the file is as if it had not been called.
    /// </exception>
    public void WriteRowGroup(params IReadOnlyList<ColumnData> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        ObjectDisposedException.ThrowIf(_completed, this);
        CheckColumns(columns);
        List<ColumnChunkMetadata> chunks = [];
        for (var index = 0; index < columns.Count; index++)
            chunks.Add(WriteChunk(_fields[index], columns[index]));
        _rowGroups.Add(new RowGroupMetadata(chunks, chunks.Sum(chunk => chunk.UncompressedBytes), columns[0].RowCount));
        _rowCount += columns[0].RowCount;
        _output.Record(Metadata());
    }

    /// <summary>Writes the footer, flushes to the disk and gives the file its name.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Complete()
    {
        ObjectDisposedException.ThrowIf(_completed, this);
        _completed = true;
        var footer = MetadataWriter.Write(Metadata());
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, footer.Length);
        _output.Stream.Write(footer);
        _output.Stream.Write(length);
        _output.Stream.Write("PAR1"u8);
        _output.Commit();
    }

    /// <inheritdoc/>
    public void Dispose() => _output.Dispose();

    /// <summary>The names from the top of the schema to a field's leaf.</summary>
    internal static string[] Path(ParquetField field) => field.IsList ? [field.Name, "list", "element"] : [field.Name];

    private static void CheckFields(IReadOnlyList<ParquetField> fields)
    {
        ArgumentNullException.ThrowIfNull(fields);
        if (fields.Count == 0)
            throw new ArgumentException("A file has at least one column.", nameof(fields));
        if (fields.Any(field => string.IsNullOrEmpty(field.Name)) || fields.DistinctBy(field => field.Name).Count() != fields.Count)
            throw new ArgumentException("Columns have different names that are not empty.", nameof(fields));
    }

    /// <summary>Takes over the row groups of an earlier process, if it wrote the same file.</summary>
    private void GoOn(FileMetadata recorded, string path)
    {
        if (KeyValueDifference.Of(recorded.KeyValues, _keyValues) is { } difference)
            throw new InvalidDataException($"{path}: was begun with {difference}; give what it was begun with, or start another file.");
        if (!recorded.Schema.SequenceEqual(Schema()))
            throw new InvalidDataException($"{path}: was begun with other columns; start another file.");

        // Readers have no use for the list of encodings, so it is not read back; ColumnChunkWriter has but this one.
        _rowGroups.AddRange(recorded.RowGroups.Select(group => group with
        {
            Chunks = [.. group.Chunks.Select(chunk => chunk with { Encodings = [ParquetEncoding.Plain, ParquetEncoding.Rle] })],
        }));
        _rowCount = recorded.RowCount;
    }

    private FileMetadata Metadata() => new(Schema(), _rowCount, _rowGroups, _keyValues);

    private void CheckColumns(IReadOnlyList<ColumnData> columns)
    {
        if (columns.Count != _fields.Length)
            throw new ArgumentException($"{columns.Count} columns were given where the file has {_fields.Length}.", nameof(columns));
        for (var index = 0; index < columns.Count; index++)
        {
            var (field, column) = (_fields[index], columns[index]);
            if (column.RowCount == 0 || column.RowCount != columns[0].RowCount)
                throw Wrong(field, $"has {column.RowCount} rows, the first column {columns[0].RowCount}");
            if (FieldType(column) != field.Type || (column.Offsets is not null) != field.IsList)
                throw Wrong(field, "was declared with another type");
            var hasNullText = (column as ColumnData<string>)?.Values.Contains(null) == true;
            if (column.Present is not null || column.ListPresent is not null || hasNullText)
                throw Wrong(field, "has nulls");
        }

        static ArgumentException Wrong(ParquetField field, string what) => new($"Column '{field.Name}' {what}.", nameof(columns));
    }

    private static ParquetFieldType? FieldType(ColumnData column) => column switch
    {
        ColumnData<int> => ParquetFieldType.Int32,
        ColumnData<long> => ParquetFieldType.Int64,
        ColumnData<float> => ParquetFieldType.Float,
        ColumnData<double> => ParquetFieldType.Double,
        ColumnData<string> => ParquetFieldType.String,
        _ => null,
    };

    private ColumnChunkMetadata WriteChunk(ParquetField field, ColumnData column) => column switch
    {
        ColumnData<int> data => WriteChunk(field, data, ValueEncoders.Int32),
        ColumnData<long> data => WriteChunk(field, data, ValueEncoders.Int64),
        ColumnData<float> data => WriteChunk(field, data, ValueEncoders.Float),
        ColumnData<double> data => WriteChunk(field, data, ValueEncoders.Double),
        ColumnData<string> data => WriteChunk(field, data, ValueEncoders.Text),
        _ => throw new ArgumentException($"Column '{field.Name}' is of a type that is not written.", nameof(column)),
    };

    private ColumnChunkMetadata WriteChunk<T>(ParquetField field, ColumnData<T> data, ValueEncoder<T> encoder) =>
        new ColumnChunkWriter<T>(_output.Stream, field, data, encoder).Write();

    private List<SchemaElement> Schema()
    {
        List<SchemaElement> schema = [new("schema", Repetition.Required, ChildCount: _fields.Length)];
        foreach (var field in _fields)
        {
            var path = Path(field);
            if (field.IsList)
            {
                schema.Add(new(path[0], Repetition.Required, ChildCount: 1, Annotation: ConvertedType.List));
                schema.Add(new(path[1], Repetition.Repeated, ChildCount: 1));
            }

            var annotation = field.Type == ParquetFieldType.String ? ConvertedType.Utf8 : (ConvertedType?)null;
            schema.Add(new(path[^1], Repetition.Required, ValueEncoders.PhysicalType(field.Type), Annotation: annotation));
        }

        return schema;
    }
}
