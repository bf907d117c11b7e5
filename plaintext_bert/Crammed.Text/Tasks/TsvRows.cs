namespace Crammed.Text;

/// <summary>Rows of a tab-separated file without quoting.</summary>
internal static class TsvRows
{
    /// <summary>The rows in order.</summary>
    /// <exception cref="InvalidDataException">A column is missing, or a row has too few or too many fields.</exception>
    public static IEnumerable<TaskRow> Read(string path, RowLayout layout)
    {
        var columns = layout.Columns.Count == 0 ? null : new ColumnIndex(layout.Columns, layout, path);
        var lineNumber = 0;
        foreach (var line in TextLines.ReadRows(path))
        {
            lineNumber++;
            if (columns is null)
            {
                columns = new ColumnIndex(line.Split('\t'), layout, path);
                continue;
            }
            var place = $"line {lineNumber}";
            // Counted first: a hostile line of tabs is not split.
            var count = line.AsSpan().Count('\t') + 1;
            yield return count == columns.Count ? columns.Pick(line.Split('\t'), place) : throw columns.WrongCount(count, place);
        }
    }
}
