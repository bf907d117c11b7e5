using Crammed.Text.Parquet;

namespace Crammed.Text;

/// <summary>
/// Text columns of a Parquet file: each row is a document, its paragraphs are the lines of its columns' texts in the order given. A null
/// is no text, and a row without text no document. The rows are streamed.
/// </summary>
public sealed class ParquetTextSource : CorpusSource
{
    private const int RowsBetweenReports = 1024;

    private readonly IReadOnlyList<string> _columns;

    /// <summary>Takes a file's columns, by the names that <see cref="ForeignParquet.Rows"/> knows.</summary>
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
        using var file = ForeignParquet.Open(Name);
        long length = new FileInfo(Name).Length, number = 0;
        foreach (var row in file.Rows(_columns, takesNumbers: false))
        {
            List<string> paragraphs = [.. row.SelectMany(Paragraphs)];
            if (paragraphs.Count > 0)
                yield return new TextDocument($"{Name}, row {number}", paragraphs);
            number++;
            if (number % RowsBetweenReports == 0 || number == file.RowCount)
                bytesRead?.Invoke((long)((double)number / file.RowCount * length));
        }
    }

    private static IEnumerable<string> Paragraphs(string? text) =>
        text is null
            ? []
            : text.Split(['\n', '\r']).Select(line => line.Trim()).Where(line => line.Length > 0);
}
