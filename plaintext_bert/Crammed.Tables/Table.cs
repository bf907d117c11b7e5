using Crammed.Files;
using Parquet;
using Parquet.Schema;

namespace Crammed.Tables;

/// <summary>
/// A table in memory, and its Parquet file of one row group. Reads what <see cref="ToParquet"/> wrote and nothing else: the library loops
/// forever on some damaged files, so the bytes must be known to be whole (<see cref="PartFolder{T}"/> compares their hash).
/// </summary>
public sealed class Table
{
    private readonly string _source;
    private readonly IReadOnlyList<TableColumn> _columns;

    private Table(string source, IReadOnlyList<TableColumn> columns)
    {
        _source = source;
        _columns = columns;
    }

    /// <summary>Names of the columns, in order.</summary>
    public IEnumerable<string> Names => _columns.Select(column => column.Name);

    /// <summary>Number of rows.</summary>
    public int Rows => _columns[0].Rows;

    /// <summary>Writes a Parquet file, whole or not at all.</summary>
    /// <inheritdoc cref="ToParquet"/>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, params IReadOnlyList<TableColumn> columns) =>
        AtomicFile.WriteBytes(path, ToParquet(columns, compress: true));

    /// <summary>The bytes of a Parquet file.</summary>
    /// <param name="columns">Its columns: at least one, with different names and the same number of rows; no text is null.</param>
    /// <param name="compress">Whether by Snappy; otherwise the bytes are the same on every machine.</param>
    /// <exception cref="ArgumentException">The columns are not so, or of another type of values.</exception>
    internal static byte[] ToParquet(IReadOnlyList<TableColumn> columns, bool compress)
    {
        if (columns.Count == 0 || columns.Any(column => column.Rows != columns[0].Rows))
            throw new ArgumentException("A table has columns, all with the same number of rows.", nameof(columns));
        if (columns.DistinctBy(column => column.Name).Count() < columns.Count)
            throw new ArgumentException("Two columns have one name.", nameof(columns));
        using var stream = new MemoryStream();
        // In memory nothing waits: the tasks are complete when they are returned.
        WriteAsync(stream, columns, compress).GetAwaiter().GetResult();
        return stream.ToArray();
    }

    /// <summary>Reads the bytes of a file that <see cref="ToParquet"/> made.</summary>
    /// <param name="content">The file.</param>
    /// <param name="source">Its name, for messages.</param>
    /// <exception cref="InvalidDataException">It is another file after all.</exception>
    internal static Table Parse(byte[] content, string source)
    {
        try
        {
            return new Table(source, ReadAsync(content).GetAwaiter().GetResult());
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            throw new InvalidDataException($"{source}: is not a Parquet file that this program wrote ({fault.Message}).", fault);
        }
    }

    /// <summary>A column of single values.</summary>
    /// <exception cref="InvalidDataException">There is none of this name and type.</exception>
    public T[] Values<T>(string name) => (T[])Column<T>(name, isList: false).Values;

    /// <summary>A column of lists.</summary>
    /// <inheritdoc cref="Values"/>
    public IReadOnlyList<ReadOnlyMemory<T>> Lists<T>(string name)
    {
        var column = Column<T>(name, isList: true);
        var (values, offsets) = ((T[])column.Values, column.Offsets!);
        return [.. Enumerable.Range(0, Rows).Select(row => values.AsMemory(offsets[row]..offsets[row + 1]))];
    }

    private TableColumn Column<T>(string name, bool isList) =>
        _columns.FirstOrDefault(column => column.Name == name && column.Values is T[] && column.Offsets is not null == isList)
        ?? throw new InvalidDataException(
            $"{_source}: there is no column {ErrorText.Quote(name)} of {(isList ? "lists of " : "")}{typeof(T).Name}.");

    private static async Task WriteAsync(Stream stream, IReadOnlyList<TableColumn> columns, bool compress)
    {
        var schema = new ParquetSchema(columns.Select(SchemaField));
        var options = new ParquetOptions { CompressionMethod = compress ? CompressionMethod.Snappy : CompressionMethod.None };
        await using var writer = await ParquetWriter.CreateAsync(schema, stream, options);
        using var group = writer.CreateRowGroup();
        foreach (var (field, column) in schema.GetDataFields().Zip(columns))
        {
            await (column.Values switch
            {
                int[] values => WriteValues(values),
                long[] values => WriteValues(values),
                float[] values => WriteValues(values),
                double[] values => WriteValues(values),
                string[] values when column.Offsets is null => group.WriteAsync(field, values),
                _ => throw new ArgumentException($"Column {column.Name} has values of {column.Values.GetType().Name}."),
            });

            Task WriteValues<T>(T[] values)
                where T : struct => column.Offsets is null
                ? group.WriteAsync<T>(field, values)
                : group.WriteAllPartsAsync<T>(
                    field, values, Present(values.Length, field.MaxDefinitionLevel), Repetition(column.Offsets), CancellationToken.None);
        }
    }

    private static Field SchemaField(TableColumn column)
    {
        var type = column.Values.GetType().GetElementType()!;
        return column.Offsets is null
            ? new DataField(column.Name, type, isNullable: false)
            : new ListField(column.Name, new DataField("element", type, isNullable: false));
    }

    private static ReadOnlyMemory<int> Present(int count, int level)
    {
        var levels = new int[count];
        levels.AsSpan().Fill(level);
        return levels;
    }

    /// <summary>0 where a list begins, 1 within it.</summary>
    private static ReadOnlyMemory<int> Repetition(int[] offsets)
    {
        var levels = new int[offsets[^1]];
        levels.AsSpan().Fill(1);
        foreach (var start in offsets.AsSpan(..^1))
            levels[start] = 0;
        return levels;
    }

    private static async Task<List<TableColumn>> ReadAsync(byte[] content)
    {
        using var stream = new MemoryStream(content);
        await using var reader = await ParquetReader.CreateAsync(stream);
        if (reader.RowGroupCount != 1)
            throw new InvalidDataException($"{reader.RowGroupCount} row groups");
        using var group = reader.OpenRowGroupReader(0);
        List<TableColumn> columns = [];
        foreach (var field in reader.Schema.GetDataFields())
            columns.Add(await ReadColumnAsync(group, field));
        return columns.All(column => column.Rows == group.RowCount)
            ? columns
            : throw new InvalidDataException("the columns have different numbers of rows");
    }

    private static async Task<TableColumn> ReadColumnAsync(ParquetRowGroupReader group, DataField field)
    {
        var count = checked((int)(group.GetMetadata(field)?.MetaData?.NumValues ?? 0));
        return field.ClrType switch
        {
            var type when type == typeof(int) => await Read<int>(),
            var type when type == typeof(long) => await Read<long>(),
            var type when type == typeof(float) => await Read<float>(),
            var type when type == typeof(double) => await Read<double>(),
            _ => await ReadTexts(),
        };

        async Task<TableColumn> Read<T>()
            where T : struct
        {
            var (values, present, repetition) = (new T[count], new int[count], new int[count]);
            if (field.MaxRepetitionLevel == 0)
            {
                await group.ReadAsync<T>(field, values);
                return new TableColumn(field.Name, values);
            }

            await group.ReadRawAsync<T>(field, values, present, repetition, CancellationToken.None);
            if (present.AsSpan().ContainsAnyExcept(field.MaxDefinitionLevel))
                throw new InvalidDataException($"column {field.Path.FirstPart} has nulls or empty lists");
            int[] offsets = [.. Enumerable.Range(0, count).Where(i => repetition[i] == 0), count];
            return new TableColumn(field.Path.FirstPart!, values, offsets);
        }

        async Task<TableColumn> ReadTexts()
        {
            var texts = new string?[count];
            await group.ReadAsync(field, texts.AsMemory());
            return texts.Contains(null)
                ? throw new InvalidDataException($"column {field.Name} has nulls")
                : new TableColumn(field.Name, texts);
        }
    }
}
