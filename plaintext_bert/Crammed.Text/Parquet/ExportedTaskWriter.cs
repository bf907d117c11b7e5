namespace Crammed.Text.Parquet;

/// <summary>
/// Writes exported fine-tuning data, example by example. At most about <see cref="RowGroupBytes"/> of examples are in memory. The file
/// appears under its name when <see cref="Complete"/> has flushed it to the disk. Disposing before that leaves nothing behind, or, of a
/// file that <see cref="Resume"/> opened, what another call goes on with.
/// </summary>
public sealed class ExportedTaskWriter : IDisposable
{
    /// <summary>A row group is written once its examples take this many bytes, or there are <see cref="RowGroupRows"/>.</summary>
    private const long RowGroupBytes = 32 << 20;
    private const int RowGroupRows = 4096;

    private readonly ExportedTaskDescription _description;
    private readonly ParquetWriter _writer;
    private readonly List<ExportedExample> _pending = [];

    private ExportedTaskWriter(ParquetWriter writer, ExportedTaskDescription description)
    {
        _writer = writer;
        _description = description;
        var exampleBytes = description.SequenceLength * (12L + (4L * description.Hidden));
        RowsPerGroup = (int)Math.Clamp(RowGroupBytes / exampleBytes, 1, RowGroupRows);
    }

    /// <summary>Examples of a row group; the last one may have fewer.</summary>
    public int RowsPerGroup { get; }

    /// <summary>Examples in the row groups that are written, those of earlier processes included.</summary>
    public long Written => _writer.RowCount;

    /// <summary>Starts a file.</summary>
    /// <exception cref="ArgumentException">A value of the description is out of its range.</exception>
    /// <exception cref="IOException">The file cannot be created.</exception>
    public static ExportedTaskWriter Create(string path, ExportedTaskDescription description)
    {
        Check(description);
        var writer = ParquetWriter.Create(path, ExportedTaskFormat.Fields(description));
        foreach (var (key, value) in ExportedTaskFormat.KeyValues(description))
            writer.AddKeyValue(key, value);
        return new ExportedTaskWriter(writer, description);
    }

    /// <summary>
    /// Goes on with a file that an earlier process began with this method and did not complete, after its first <see cref="Written"/>
    /// examples; or starts one.
    /// </summary>
    /// <inheritdoc cref="ParquetWriter.Resume"/>
    /// <exception cref="ArgumentException">A value of the description is out of its range.</exception>
    public static ExportedTaskWriter Resume(string path, ExportedTaskDescription description)
    {
        Check(description);
        var (fields, keyValues) = (ExportedTaskFormat.Fields(description), ExportedTaskFormat.KeyValues(description));
        return new ExportedTaskWriter(ParquetWriter.Resume(path, fields, keyValues), description);
    }

    /// <summary>Whether a file is there, complete, with this very description.</summary>
    /// <exception cref="InvalidDataException">It is malformed or has another description; names the entry and both values.</exception>
    public static bool IsComplete(string path, ExportedTaskDescription description)
    {
        if (!File.Exists(path))
            return false;
        using var reader = ParquetReader.Open(path);
        return KeyValueDifference.Of(reader.KeyValues, ExportedTaskFormat.KeyValues(description)) is { } difference
            ? throw new InvalidDataException($"{path}: was written with {difference}; give what it was written with, or export elsewhere.")
            : true;
    }

    /// <summary>Adds an example. Its arrays are not copied: they must not change any more.</summary>
    /// <exception cref="ArgumentException">A length or a value does not fit the description; names the column and the value.</exception>
    public void Add(ExportedExample example)
    {
        ArgumentNullException.ThrowIfNull(example);
        if (ExportedTaskFormat.Problem(_description, example) is { } problem)
            throw new ArgumentException($"Example {example.Index}: {problem}.", nameof(example));
        _pending.Add(example);
        if (_pending.Count == RowsPerGroup)
            WriteRowGroup();
    }

    /// <summary>Writes what is pending and the footer, flushes to the disk and gives the file its name.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Complete()
    {
        WriteRowGroup();
        _writer.Complete();
    }

    /// <inheritdoc/>
    public void Dispose() => _writer.Dispose();

    private static void Check(ExportedTaskDescription description)
    {
        ArgumentNullException.ThrowIfNull(description);
        if (ExportedTaskFormat.Problem(description) is { } problem)
            throw new ArgumentException($"{problem}.", nameof(description));
    }

    private void WriteRowGroup()
    {
        if (_pending.Count == 0)
            return;
        List<ColumnData> columns =
        [
            ColumnData.Of(Column(example => example.Index)),
            Lists(example => example.InputIds, _description.SequenceLength),
            Lists(example => example.TokenTypeIds, _description.SequenceLength),
            Lists(example => example.AttentionMask, _description.SequenceLength),
            ColumnData.Of(Column(example => example.Label)),
        ];
        if (_description.Hidden > 0)
            columns.Add(Lists(example => example.Embedding!, _description.SequenceLength * _description.Hidden));
        _writer.WriteRowGroup(columns);
        _pending.Clear();
    }

    private T[] Column<T>(Converter<ExportedExample, T> value) => [.. _pending.ConvertAll(value)];

    private ColumnData<T> Lists<T>(Func<ExportedExample, T[]> list, int length)
    {
        var (values, offsets) = (new T[_pending.Count * length], new int[_pending.Count + 1]);
        for (var row = 0; row < _pending.Count; row++)
        {
            list(_pending[row]).CopyTo(values, row * length);
            offsets[row + 1] = (row + 1) * length;
        }

        return ColumnData.OfLists(values, offsets);
    }
}
