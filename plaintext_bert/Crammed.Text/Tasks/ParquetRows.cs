using Crammed.Text.Parquet;

namespace Crammed.Text;

/// <summary>Rows of a Parquet file.</summary>
internal static class ParquetRows
{
    /// <summary>The rows in order, streamed.</summary>
    /// <exception cref="InvalidDataException">
    /// A column is missing, a list or neither text nor numbers, a value is null, or the file is damaged.
    /// </exception>
    public static IEnumerable<TaskRow> Read(string path, RowLayout layout)
    {
        using var file = ForeignParquet.Open(path);
        string[] columns = [.. layout.Fields];
        var rowNumber = 0;
        foreach (var row in file.Rows(columns))
        {
            var place = $"row {++rowNumber}";
            var missing = Array.IndexOf(row, null);
            yield return missing < 0
                ? new TaskRow(place, row!)
                : throw new InvalidDataException($"{path}, {place}: column '{columns[missing]}' is null.");
        }
    }
}
