namespace Crammed.Tables;

/// <summary>A column of a table, without nulls: in each row a value, or a list of one or more values.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Values">
/// The values of all rows, one row after another: int[], long[], float[], double[] or string[] (no lists of texts).
/// </param>
/// <param name="Offsets">
/// For lists, rows + 1 increasing positions: row i has the values from Offsets[i] to Offsets[i + 1] - 1; null for single values.
/// </param>
public sealed record TableColumn(string Name, Array Values, int[]? Offsets = null)
{
    /// <summary>Number of rows.</summary>
    public int Rows => Offsets is null ? Values.Length : Offsets.Length - 1;

    /// <summary>A column of lists.</summary>
    /// <exception cref="ArgumentException">A list is empty.</exception>
    public static TableColumn OfLists<T>(string name, IReadOnlyList<ReadOnlyMemory<T>> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var offsets = new int[rows.Count + 1];
        for (var row = 0; row < rows.Count; row++)
        {
            if (rows[row].IsEmpty)
                throw new ArgumentException($"Row {row} of {name} is empty; a list has one value or more.", nameof(rows));
            offsets[row + 1] = checked(offsets[row] + rows[row].Length);
        }

        var values = new T[offsets[^1]];
        for (var row = 0; row < rows.Count; row++)
            rows[row].Span.CopyTo(values.AsSpan(offsets[row]));
        return new TableColumn(name, values, offsets);
    }
}
