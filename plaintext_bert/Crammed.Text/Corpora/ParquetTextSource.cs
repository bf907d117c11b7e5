using Crammed.Files;
using Crammed.Text.Parquet;

namespace Crammed.Text;

/// <summary>
/// Text columns of a Parquet file: each row is a document, its paragraphs are the lines of its columns' texts in the order given. A null
/// is no text, and a row without text no document. One row group is in memory at a time.
/// </summary>
public sealed class ParquetTextSource : CorpusSource
{
    private readonly IReadOnlyList<string> _columns;

    /// <summary>Takes a file's columns, by the names that <see cref="ParquetReader.Column"/> knows.</summary>
    /// <exception cref="ArgumentException">No column is given.</exception>
    public ParquetTextSource(string path, IReadOnlyList<string> columns)
        : base(path, [path])
    {
        ArgumentNullException.ThrowIfNull(columns);
        if (columns.Count == 0)
            throw new ArgumentException("No column is named; name at least one that holds text.", nameof(columns));
        _columns = [.. columns];
    }

    /// <inheritdoc/>
    public override string Selection => string.Join('\n', _columns);

    /// <inheritdoc/>
    public override IEnumerable<TextDocument> Read(Action<long>? bytesRead = null)
    {
        using ParquetReader reader = ParquetReader.Open(Name);
        foreach (string column in _columns)
            Check(reader, column);
        long length = new FileInfo(Name).Length, firstRow = 0;
        for (int group = 0; group < reader.RowGroupCount; group++)
        {
            List<ColumnData<string>> columns = [.. _columns.Select(column => reader.ReadString(group, column))];
            for (int row = 0; row < columns[0].RowCount; row++)
            {
                List<string> paragraphs = [.. columns.SelectMany(column => Paragraphs(column.Values[row]))];
                if (paragraphs.Count > 0)
                    yield return new TextDocument($"{Name}, row {firstRow + row}", paragraphs);
            }
            firstRow += columns[0].RowCount;
            bytesRead?.Invoke(length * (group + 1) / reader.RowGroupCount);
        }
    }

    private static IEnumerable<string> Paragraphs(string? text) =>
        text is null
            ? []
            : text.Split(['\n', '\r']).Select(line => line.Trim()).Where(line => line.Length > 0);

    private void Check(ParquetReader reader, string name)
    {
        if (!reader.HasColumn(name))
        {
            IEnumerable<string> texts = reader.Columns
                .Where(column => column.Type == ParquetPhysicalType.ByteArray && !column.IsList).Select(column => column.Path);
            throw new InvalidDataException(
                $"{Name}: there is no column {ErrorText.Quote(name)}; "
                + $"its columns of text: {ErrorText.Quote(string.Join(", ", texts))}.");
        }
        if (reader.Column(name).IsList)
        {
            throw new InvalidDataException(
                $"{Name}: column {ErrorText.Quote(name)} holds lists, where one text a row is needed.");
        }
    }
}
