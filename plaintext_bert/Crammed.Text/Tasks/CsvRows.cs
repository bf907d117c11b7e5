using System.Text;
using Crammed.Files;

namespace Crammed.Text;

/// <summary>Rows of a file of comma-separated values (RFC 4180), strictly quoted, in UTF-8; a quoted field may hold line breaks.</summary>
internal static class CsvRows
{
    /// <summary>The rows in order.</summary>
    /// <exception cref="InvalidDataException">
    /// A column is missing, a row has too few or too many fields, a quote stands in the wrong place or is not closed, or the file is not
    /// text in UTF-8.
    /// </exception>
    public static IEnumerable<TaskRow> Read(string path, RowLayout layout)
    {
        var columns = layout.Columns.Count == 0 ? null : new ColumnIndex(layout.Columns, layout, path);
        int lineNumber = 0, firstLine = 1;
        StringBuilder open = new();
        foreach (var line in TextLines.ReadRows(path))
        {
            lineNumber++;
            open.Append(line);
            // An odd number of quotes: one is still open, and the row goes on with the next line.
            if (HasOpenQuote(open))
            {
                if (open.Length > TextLines.MaximumLineBytes)
                    throw Unclosed(path, firstLine);
                open.Append('\n');
                continue;
            }
            var place = $"line {firstLine}";
            var fields = Split(open.ToString(), path, place);
            open.Clear();
            firstLine = lineNumber + 1;
            if (columns is null)
                columns = new ColumnIndex(fields, layout, path);
            else
                yield return columns.Pick(fields, place);
        }
        if (open.Length > 0)
            throw Unclosed(path, firstLine);
    }

    private static bool HasOpenQuote(StringBuilder text)
    {
        var isOpen = false;
        foreach (var chunk in text.GetChunks())
            isOpen ^= chunk.Span.Count('"') % 2 == 1;
        return isOpen;
    }

    private static string[] Split(string row, string path, string place)
    {
        List<string> fields = [];
        var start = 0;
        while (true)
        {
            var end = row.AsSpan(start).StartsWith("\"") ? ClosingQuote(row, start) + 1 : EndOf(row, start);
            var field = row[start..end];
            if (end < row.Length && row[end] != ',')
                throw Misplaced(row[start..EndOf(row, end)]);
            if (!field.StartsWith('"') && field.Contains('"'))
                throw Misplaced(field);
            fields.Add(field.StartsWith('"') ? field[1..^1].Replace("\"\"", "\"", StringComparison.Ordinal) : field);
            if (end == row.Length)
                return [.. fields];
            start = end + 1;
        }

        InvalidDataException Misplaced(string field) => new(
            $"{path}, {place}: a quote in the wrong place in {ErrorText.Quote(field)}; quote the whole field and double the quotes in it.");
    }

    private static int EndOf(string row, int start) => row.IndexOf(',', start) is var comma && comma < 0 ? row.Length : comma;

    /// <summary>The quote that ends a field which begins with one. The row has an even number of them, so there is one.</summary>
    private static int ClosingQuote(string row, int start)
    {
        var quote = row.IndexOf('"', start + 1);
        while (quote + 1 < row.Length && row[quote + 1] == '"')
            quote = row.IndexOf('"', quote + 2);
        return quote;
    }

    private static InvalidDataException Unclosed(string path, int line) =>
        new($"{path}, line {line}: a quote is opened and not closed; double the quotes in a quoted field.");
}
