using System.Globalization;
using System.Text;
using Crammed.Files;

namespace Crammed.Cli.Stages;

/// <summary>A table of numbers and plain words as comma-separated values; numbers are written so that they read back exactly.</summary>
internal sealed class CsvTable
{
    private readonly StringBuilder _text = new();
    private readonly int _columns;

    /// <param name="columns">The header.</param>
    public CsvTable(params IReadOnlyList<string> columns)
    {
        _columns = columns.Count;
        Append(columns);
    }

    /// <summary>Adds a row; null is an empty cell.</summary>
    /// <exception cref="ArgumentException">Another number of cells than columns, or a text that would need quoting.</exception>
    public CsvTable AddRow(params IReadOnlyList<object?> cells)
    {
        if (cells.Count != _columns)
            throw new ArgumentException($"the row has {cells.Count} cells; the table has {_columns} columns", nameof(cells));
        Append([.. cells.Select(cell => Convert.ToString(cell, CultureInfo.InvariantCulture) ?? "")]);
        return this;
    }

    /// <summary>Writes the file, whole or not at all.</summary>
    public void Write(string path) => AtomicFile.WriteText(path, _text.ToString());

    private void Append(IReadOnlyList<string> cells)
    {
        if (cells.FirstOrDefault(cell => cell.AsSpan().ContainsAny(",\"\r\n")) is { } bad)
            throw new ArgumentException($"'{bad}' holds a comma, a quote or a line break", nameof(cells));
        _text.AppendJoin(',', cells).Append('\n');
    }
}
