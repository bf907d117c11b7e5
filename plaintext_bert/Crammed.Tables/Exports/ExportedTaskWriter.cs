namespace Crammed.Tables;

/// <summary>
/// Writes exported fine-tuning data, example by example, as a folder of parts (<see cref="PartFolderWriter{T}"/>). At most about
/// <see cref="PartBytes"/> of examples are in memory, and three times that while a part is written.
/// </summary>
public sealed class ExportedTaskWriter : IDisposable
{
    /// <summary>A part is written once its examples take this many bytes, or there are <see cref="PartRows"/>.</summary>
    private const long PartBytes = 32 << 20;
    private const int PartRows = 4096;

    private readonly ExportedTaskDescription _description;
    private readonly PartFolderWriter<ExportedTaskDescription> _writer;
    private readonly List<ExportedExample> _pending = [];

    private ExportedTaskWriter(PartFolderWriter<ExportedTaskDescription> writer, ExportedTaskDescription description)
    {
        _writer = writer;
        _description = description;
        var exampleBytes = description.SequenceLength * (12L + (4L * description.Hidden));
        RowsPerPart = (int)Math.Clamp(PartBytes / exampleBytes, 1, PartRows);
    }

    /// <summary>Examples of a part; the last one may have fewer.</summary>
    public int RowsPerPart { get; }

    /// <summary>Examples in the parts that are written, those of earlier processes included.</summary>
    public int Written => (int)_writer.Rows;

    /// <summary>Starts a folder, or goes on with one that was begun, after its first <see cref="Written"/> examples.</summary>
    /// <param name="folder">The folder; its parent must exist.</param>
    /// <param name="description">What it will hold.</param>
    /// <param name="resume">Whether to go on; otherwise what was begun is dropped.</param>
    /// <exception cref="ArgumentException">A value of the description is out of its range.</exception>
    /// <exception cref="InvalidDataException">
    /// What was begun has another description, or its manifest is damaged; names the entry and both values.
    /// </exception>
    /// <exception cref="IOException">The folder cannot be made, for example since another process writes it.</exception>
    public static ExportedTaskWriter Open(string folder, ExportedTaskDescription description, bool resume = false)
    {
        ArgumentNullException.ThrowIfNull(description);
        if (ExportedTaskFormat.Problem(description) is { } problem)
            throw new ArgumentException($"{problem}.", nameof(description));
        var writer = resume
            ? PartFolderWriter<ExportedTaskDescription>.Resume(folder, ExportedTaskFormat.Parts, description)
            : PartFolderWriter<ExportedTaskDescription>.Create(folder, ExportedTaskFormat.Parts, description);
        return new ExportedTaskWriter(writer, description);
    }

    /// <summary>Whether a folder is there, complete, with this very description.</summary>
    /// <exception cref="InvalidDataException">It is malformed or has another description; names the entry and both values.</exception>
    public static bool IsComplete(string folder, ExportedTaskDescription description) =>
        PartFolderWriter<ExportedTaskDescription>.IsComplete(folder, ExportedTaskFormat.Parts, description);

    /// <summary>Removes what an uncompleted writer left; the folder itself stays.</summary>
    public static void Discard(string folder) => PartFolderWriter<ExportedTaskDescription>.Discard(folder);

    /// <summary>Adds an example. Its arrays are not copied: they must not change any more.</summary>
    /// <exception cref="ArgumentException">A length or a value does not fit the description; names the column and the value.</exception>
    public void Add(ExportedExample example)
    {
        ArgumentNullException.ThrowIfNull(example);
        if (ExportedTaskFormat.Problem(_description, example) is { } problem)
            throw new ArgumentException($"Example {example.Index}: {problem}.", nameof(example));
        _pending.Add(example);
        if (_pending.Count == RowsPerPart)
            WritePart();
    }

    /// <summary>Writes what is pending and gives the folder its name.</summary>
    /// <exception cref="InvalidOperationException">There are fewer or more examples than the description says.</exception>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public void Complete()
    {
        WritePart();
        if (_writer.Rows != _description.Selection.Examples)
            throw new InvalidOperationException($"{_writer.Rows} examples were added, of {_description.Selection.Examples} announced.");
        _writer.Complete();
    }

    /// <summary>Leaves the parts that were written for another call that resumes; nothing where there are none.</summary>
    public void Dispose() => _writer.Dispose();

    private void WritePart()
    {
        if (_pending.Count == 0)
            return;
        List<TableColumn> columns =
        [
            new(ExportedTaskFormat.Index, Column(example => example.Index)),
            Lists(ExportedTaskFormat.InputIds, example => example.InputIds),
            Lists(ExportedTaskFormat.TokenTypeIds, example => example.TokenTypeIds),
            Lists(ExportedTaskFormat.AttentionMask, example => example.AttentionMask),
            new(ExportedTaskFormat.Label, Column(example => example.Label)),
        ];
        if (_description.Hidden > 0)
            columns.Add(Lists(ExportedTaskFormat.States(_description.Prefix), example => example.Embedding!));
        _writer.Add(columns);
        _pending.Clear();
    }

    private T[] Column<T>(Converter<ExportedExample, T> value) => [.. _pending.ConvertAll(value)];

    private TableColumn Lists<T>(string name, Func<ExportedExample, T[]> list) =>
        TableColumn.OfLists(name, _pending.ConvertAll(example => (ReadOnlyMemory<T>)list(example)));
}
