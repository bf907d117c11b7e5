namespace Crammed.Text.Parquet;

/// <summary>A leaf of a Parquet file's schema: what is stored as one column.</summary>
public sealed class ParquetColumn
{
    internal ParquetColumn(string[] parts, ParquetPhysicalType type, bool isText, ColumnLevels levels)
    {
        Parts = parts;
        Path = string.Join('.', parts);
        Type = type;
        IsText = isText;
        Levels = levels;
    }

    /// <summary>
    /// The names from the top of the schema to the leaf, joined by dots: <c>translation.en</c>, <c>input_ids.list.element</c>.
    /// </summary>
    public string Path { get; }

    /// <summary>How the values are stored.</summary>
    public ParquetPhysicalType Type { get; }

    /// <summary>Whether the schema says that the bytes are UTF-8 text. Old writers leave that out.</summary>
    public bool IsText { get; }

    /// <summary>Whether each row holds a list of values.</summary>
    public bool IsList => Levels.MaximumRepetition > 0;

    /// <summary>Whether a value, a list or a structure around them may be null.</summary>
    public bool IsNullable => Levels.MaximumDefinition > Levels.MaximumRepetition;

    internal string[] Parts { get; }

    internal ColumnLevels Levels { get; }
}
