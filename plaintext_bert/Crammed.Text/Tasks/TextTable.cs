namespace Crammed.Text;

/// <summary>A row of a file of texts without labels.</summary>
/// <param name="Place">Where it stands, for messages: "line 3", "row 3".</param>
/// <param name="Id">What the file calls it; null where no column does.</param>
/// <param name="First">The text, or the first of a pair.</param>
/// <param name="Second">The second text of a pair; null for single texts.</param>
public sealed record UnlabelledText(string Place, string? Id, string First, string? Second);

/// <summary>A file of texts without labels: a text a line, or a table with one column of text or two.</summary>
public sealed record TextTable
{
    private const string Packed = ".gz";

    private static readonly Dictionary<string, TaskFileFormat> Endings = new(StringComparer.OrdinalIgnoreCase)
    {
        [".tsv"] = TaskFileFormat.Tsv,
        [".csv"] = TaskFileFormat.Csv,
        [".jsonl"] = TaskFileFormat.Jsonl,
        [".parquet"] = TaskFileFormat.Parquet,
    };

    /// <summary>The file; a name that ends in .gz is gzip (not for Parquet).</summary>
    public required string Path { get; init; }

    /// <summary>The column of the text, or the two of a pair; where a line is a text their number counts.</summary>
    public required IReadOnlyList<string> TextColumns { get; init; }

    /// <summary>A column that is copied to what is made of the rows; null: none.</summary>
    public string? IdColumn { get; init; }

    /// <summary>Names of all columns in order, for delimited files without a header; empty where the first line names them.</summary>
    public IReadOnlyList<string> Columns { get; init; } = [];

    /// <summary>What to do where a column is missing, for the message.</summary>
    public string Advice { get; init; } = "";

    private bool IsPair => TextColumns.Count == 2;

    /// <summary>The rows in order.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">
    /// The file's ending is unknown, a column is missing, a row is malformed, a text is empty, or there are none; names file, line (or row) and
    /// field, and what to do.
    /// </exception>
    public IReadOnlyList<UnlabelledText> Read()
    {
        if (!File.Exists(Path))
            throw new FileNotFoundException($"{Path}: not found; give a file of texts", Path);
        var ending = System.IO.Path.GetExtension(
            Path.EndsWith(Packed, StringComparison.OrdinalIgnoreCase) ? Path[..^Packed.Length] : Path);
        if (ending.Equals(".txt", StringComparison.OrdinalIgnoreCase))
            return Some([.. Lines()]);
        return Endings.TryGetValue(ending, out var format)
            ? Some([.. Rows(format)])
            : throw new InvalidDataException(
                $"{Path}: the ending '{ending}' says nothing of what is in it; name it .txt (a text a line), {string.Join(", ", Endings.Keys)}");
    }

    private IEnumerable<UnlabelledText> Lines()
    {
        if (IsPair)
        {
            throw new InvalidDataException(
                $"{Path}: a line of a .txt is one text, and the task takes pairs; give a table with the columns {string.Join(" and ", TextColumns)}");
        }
        if (IdColumn is not null)
            throw new InvalidDataException($"{Path}: a .txt has no column '{IdColumn}'; leave it out, or give a table");
        var number = 0;
        foreach (var line in TextLines.ReadRows(Path))
            yield return Checked(new UnlabelledText($"line {++number}", null, line, null));
    }

    private IEnumerable<UnlabelledText> Rows(TaskFileFormat format)
    {
        var layout = new RowLayout(Columns, [.. TextColumns, .. IdColumn is { } id ? [id] : Array.Empty<string>()], Advice);
        foreach (var row in TaskFile.Rows[format](Path, layout))
        {
            yield return Checked(new UnlabelledText(
                row.Place, IdColumn is null ? null : row.Fields[^1], row.Fields[0], IsPair ? row.Fields[1] : null));
        }
    }

    private UnlabelledText Checked(UnlabelledText text)
    {
        foreach (var (value, column) in new[] { text.First, text.Second }.Zip(TextColumns))
        {
            if (value is not null && string.IsNullOrWhiteSpace(value))
                throw new InvalidDataException($"{Path}, {text.Place}: the text '{column}' is empty; fill it in, or take the row out");
        }
        return text;
    }

    private List<UnlabelledText> Some(List<UnlabelledText> texts) =>
        texts.Count > 0 ? texts : throw new InvalidDataException($"{Path}: no rows; expected {(IsPair ? "pairs of texts" : "texts")}");
}

/// <summary>Texts without labels where a task's examples are expected: every label is the first class.</summary>
public sealed class UnlabelledTask : ITaskSource
{
    private readonly IReadOnlyList<Example> _examples;

    /// <param name="task">The task that is answered.</param>
    /// <param name="texts">Its texts.</param>
    public UnlabelledTask(TaskDescription task, IReadOnlyList<UnlabelledText> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        Description = task;
        _examples = [.. texts.Select((text, index) => new Example(index, text.First, text.Second, "", 0))];
    }

    /// <inheritdoc/>
    public TaskDescription Description { get; }

    /// <inheritdoc/>
    public IReadOnlyList<Example> Read(TaskSplit split) => _examples;
}
