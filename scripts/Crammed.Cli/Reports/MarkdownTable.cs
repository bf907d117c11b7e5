using System.Text;

namespace Crammed.Cli.Reports;

/// <summary>A table in Markdown, with columns padded to one width so that the source reads well too.</summary>
internal sealed class MarkdownTable
{
    private readonly string[] _headers;
    private readonly bool[] _isNumeric;
    private readonly List<string[]> _rows = [];

    /// <param name="headers">The columns' titles; one that ends in <c>&gt;</c> is a column of numbers, aligned to the right.</param>
    public MarkdownTable(params IReadOnlyList<string> headers)
    {
        if (headers.Count == 0)
            throw new ArgumentException("a table needs a column", nameof(headers));
        _isNumeric = [.. headers.Select(header => header.EndsWith('>'))];
        _headers = [.. headers.Select(header => Escape(header.TrimEnd('>')))];
    }

    /// <summary>Adds a row with a cell for every column.</summary>
    /// <exception cref="ArgumentException">More or fewer cells than columns.</exception>
    public MarkdownTable AddRow(params IReadOnlyList<string> cells)
    {
        if (cells.Count != _headers.Length)
            throw new ArgumentException($"the row has {cells.Count} cells; the table has {_headers.Length} columns", nameof(cells));
        _rows.Add([.. cells.Select(Escape)]);
        return this;
    }

    /// <summary>The table, every line ended by LF.</summary>
    public override string ToString()
    {
        int[] widths = [.. _headers.Select((header, i) => Math.Max(3, _rows.Select(row => row[i].Length).Append(header.Length).Max()))];
        var text = new StringBuilder();
        AppendLine(text, _headers, widths);
        AppendLine(text, [.. widths.Select((width, i) => new string('-', width - 1) + (_isNumeric[i] ? ':' : '-'))], widths);
        foreach (var row in _rows)
            AppendLine(text, row, widths);
        return text.ToString();
    }

    private void AppendLine(StringBuilder text, string[] cells, int[] widths)
    {
        for (var i = 0; i < cells.Length; i++)
            text.Append("| ").Append(_isNumeric[i] ? cells[i].PadLeft(widths[i]) : cells[i].PadRight(widths[i])).Append(' ');
        text.Append("|\n");
    }

    /// <summary>A bar would end the cell, a line break the row.</summary>
    private static string Escape(string cell) =>
        cell.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("|", "\\|", StringComparison.Ordinal).ReplaceLineEndings(" ");
}
