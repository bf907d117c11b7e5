namespace Crammed.Text.Parquet;

/// <summary>A column of a file to write. Values, lists and lists' elements are never null.</summary>
/// <param name="Name">Its name at the top of the schema.</param>
/// <param name="Type">Type of a value.</param>
/// <param name="IsList">Whether a row holds a list of values instead of one.</param>
public sealed record ParquetField(string Name, ParquetFieldType Type, bool IsList = false);
