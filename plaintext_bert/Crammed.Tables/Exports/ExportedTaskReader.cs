namespace Crammed.Tables;

/// <summary>One example of an exported task.</summary>
/// <param name="Index">Its position in the split it comes from, from 0.</param>
/// <param name="InputIds">Token ids, [token].</param>
/// <param name="AttentionMask">1 for a token, 0 for padding, [token].</param>
/// <param name="Label">The class, from 0, or the score of a regression task.</param>
/// <param name="Embedding">
/// What <see cref="ExportedTaskDescription.Prefix"/> says, row-major [token][hidden]; null where the file has no states.
/// </param>
public sealed record ExportedExample(int Index, int[] InputIds, int[] AttentionMask, double Label, float[]? Embedding)
{
    /// <summary>1 for tokens of a pair's second text, else 0, [token].</summary>
    public int[] TokenTypeIds { get; init; } = new int[InputIds.Length];
}

/// <summary>Reads exported fine-tuning data, one part in memory at a time. Every value is checked against the description.</summary>
public sealed class ExportedTaskReader
{
    private readonly string _folder;
    private readonly PartFolder<ExportedTaskDescription> _parts;

    private ExportedTaskReader(string folder, PartFolder<ExportedTaskDescription> parts)
    {
        _folder = folder;
        _parts = parts;
    }

    /// <summary>What the folder holds.</summary>
    public ExportedTaskDescription Description => _parts.Manifest.Description;

    /// <summary>Number of examples.</summary>
    public int Count => Description.Selection.Examples;

    /// <summary>Size of the folder's parts.</summary>
    public long Bytes => _parts.Manifest.Parts.Sum(part => part.Bytes);

    /// <summary>Opens a folder and checks its manifest.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="prefix">What its states must be.</param>
    /// <exception cref="FileNotFoundException">There is no such folder, or no manifest in it.</exception>
    /// <exception cref="InvalidDataException">
    /// The manifest is malformed, a part is missing or of another size, or the folder holds other states.
    /// </exception>
    public static ExportedTaskReader Open(string folder, ClientPrefix prefix = ClientPrefix.Embedding)
    {
        if (!Directory.Exists(folder))
            throw new FileNotFoundException($"{folder}: not found; crammed export-glue writes it", folder);
        var reader = new ExportedTaskReader(folder, PartFolder<ExportedTaskDescription>.Open(folder, ExportedTaskFormat.Parts));
        var (description, rows) = (reader.Description, reader._parts.Manifest.Rows);
        if (ExportedTaskFormat.Problem(description) is { } problem)
            throw new InvalidDataException($"{folder}: {problem}.");
        if (rows != reader.Count)
            throw new InvalidDataException($"{folder}: {rows} rows, and the manifest says {reader.Count} examples.");
        return description.Prefix == prefix ? reader : throw new InvalidDataException(
            $"{folder}: was exported with prefix={ExportedTaskFormat.States(description.Prefix)}, "
            + $"where prefix={ExportedTaskFormat.States(prefix)} is needed; export the task again.");
    }

    /// <summary>The examples in order, read as they are asked for.</summary>
    /// <exception cref="InvalidDataException">
    /// While enumerating: a part is damaged, or a value is wrong; names the row, the column and the value.
    /// </exception>
    public IEnumerable<ExportedExample> Examples()
    {
        var row = 0L;
        foreach (var example in _parts.Tables().SelectMany(Read))
        {
            if (ExportedTaskFormat.Problem(Description, example) is { } problem)
                throw new InvalidDataException($"{_folder}: row {row}: {problem}.");
            yield return example;
            row++;
        }
    }

    private IEnumerable<ExportedExample> Read(Table table)
    {
        if (!table.Names.SequenceEqual(ExportedTaskFormat.Columns(Description)))
        {
            throw new InvalidDataException($"{_folder}: the columns are {string.Join(", ", table.Names)}, "
                + $"where {string.Join(", ", ExportedTaskFormat.Columns(Description))} are needed.");
        }

        var (index, label) = (table.Values<int>(ExportedTaskFormat.Index), table.Values<double>(ExportedTaskFormat.Label));
        var (inputIds, mask) = (table.Lists<int>(ExportedTaskFormat.InputIds), table.Lists<int>(ExportedTaskFormat.AttentionMask));
        var types = table.Lists<int>(ExportedTaskFormat.TokenTypeIds);
        var states = Description.Hidden > 0 ? table.Lists<float>(ExportedTaskFormat.States(Description.Prefix)) : null;
        return Enumerable.Range(0, table.Rows).Select(row => new ExportedExample(
            index[row], inputIds[row].ToArray(), mask[row].ToArray(), label[row], states?[row].ToArray())
        {
            TokenTypeIds = types[row].ToArray(),
        });
    }
}
