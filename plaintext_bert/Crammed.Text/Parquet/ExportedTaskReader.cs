namespace Crammed.Text.Parquet;

/// <summary>Reads exported fine-tuning data, one row group in memory at a time. Every value is checked against the description.</summary>
public sealed class ExportedTaskReader : IDisposable
{
    private readonly string _path;
    private readonly ParquetReader _reader;

    private ExportedTaskReader(string path, ParquetReader reader)
    {
        _path = path;
        _reader = reader;
        Description = ExportedTaskFormat.Description(reader.KeyValues, path);
        if (ExportedTaskFormat.Problem(Description) is { } problem)
            throw new InvalidDataException($"{path}: {problem}.");
        foreach (var field in ExportedTaskFormat.Fields(Description))
            CheckColumn(field);
        if (Description.Hidden == 0 && reader.HasColumn(ExportedTaskFormat.States(Description.Prefix)))
            throw new InvalidDataException($"{path}: there are embeddings, and the metadata says hidden 0.");
        if (Description.Selection is { } selection && selection.Examples != reader.RowCount)
            throw new InvalidDataException($"{path}: {reader.RowCount} rows, and the metadata says {selection.Examples} examples.");
    }

    /// <summary>What the file holds.</summary>
    public ExportedTaskDescription Description { get; }

    /// <summary>Number of examples.</summary>
    public long Count => _reader.RowCount;

    /// <summary>Opens a file and checks its description and columns.</summary>
    /// <param name="path">The file.</param>
    /// <param name="prefix">What its states must be.</param>
    /// <exception cref="InvalidDataException">
    /// The file is malformed, is not exported fine-tuning data, or holds other states.
    /// </exception>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static ExportedTaskReader Open(string path, ClientPrefix prefix = ClientPrefix.Embedding)
    {
        var reader = ParquetReader.Open(path);
        try
        {
            var opened = new ExportedTaskReader(path, reader);
            return opened.Description.Prefix == prefix ? opened : throw new InvalidDataException(
                $"{path}: was exported with prefix={ExportedTaskFormat.States(opened.Description.Prefix)}, "
                + $"where prefix={ExportedTaskFormat.States(prefix)} is needed; export the task again.");
        }
        catch
        {
            reader.Dispose();
            throw;
        }
    }

    /// <summary>The examples in the order of the file, read as they are asked for.</summary>
    /// <exception cref="InvalidDataException">While enumerating: a value is wrong; names the row, the column and the value.</exception>
    public IEnumerable<ExportedExample> Examples()
    {
        var row = 0L;
        for (var group = 0; group < _reader.RowGroupCount; group++)
        {
            foreach (var example in ReadRowGroup(group))
            {
                if (ExportedTaskFormat.Problem(Description, example) is { } problem)
                    throw new InvalidDataException($"{_path}: row {row}: {problem}.");
                yield return example;
                row++;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _reader.Dispose();

    private IEnumerable<ExportedExample> ReadRowGroup(int group)
    {
        var index = NotNull(_reader.ReadInt32(group, ExportedTaskFormat.Index), group, ExportedTaskFormat.Index);
        var inputIds = NotNull(_reader.ReadInt32(group, ExportedTaskFormat.InputIds), group, ExportedTaskFormat.InputIds);
        var types = NotNull(_reader.ReadInt32(group, ExportedTaskFormat.TokenTypeIds), group, ExportedTaskFormat.TokenTypeIds);
        var mask = NotNull(_reader.ReadInt32(group, ExportedTaskFormat.AttentionMask), group, ExportedTaskFormat.AttentionMask);
        var label = NotNull(_reader.ReadDouble(group, ExportedTaskFormat.Label), group, ExportedTaskFormat.Label);
        var states = ExportedTaskFormat.States(Description.Prefix);
        var embedding = Description.Hidden == 0
            ? null
            : NotNull(_reader.ReadFloat(group, states), group, states);
        for (var row = 0; row < index.RowCount; row++)
        {
            yield return new ExportedExample(
                index.Values[row],
                inputIds.Row(row).ToArray(),
                mask.Row(row).ToArray(),
                label.Values[row],
                embedding?.Row(row).ToArray())
            {
                TokenTypeIds = types.Row(row).ToArray(),
            };
        }
    }

    private ColumnData<T> NotNull<T>(ColumnData<T> data, int group, string column) =>
        data.Present is null && data.ListPresent is null
            ? data
            : throw new InvalidDataException($"{_path}: column '{column}' of row group {group} has nulls.");

    private void CheckColumn(ParquetField field)
    {
        var column = _reader.Column(field.Name);
        var type = ValueEncoders.PhysicalType(field.Type);
        if (column.Type != type || column.IsList != field.IsList)
        {
            throw new InvalidDataException(
                $"{_path}: column '{field.Name}' is {(column.IsList ? "a list of " : "")}{column.Type}, " +
                $"where {(field.IsList ? "a list of " : "")}{type} is needed.");
        }
    }
}
