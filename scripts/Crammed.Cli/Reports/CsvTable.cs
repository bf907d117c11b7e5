using System.Globalization;
using System.Text;
using Crammed.Files;

namespace Crammed.Cli.Reports;

/// <summary>A table as comma-separated values, quoted as in RFC 4180 where needed; numbers are written so that they read back exactly.</summary>
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
    /// <exception cref="ArgumentException">Another number of cells than columns.</exception>
    public CsvTable AddRow(params IReadOnlyList<object?> cells)
    {
        if (cells.Count != _columns)
            throw new ArgumentException($"the row has {cells.Count} cells; the table has {_columns} columns", nameof(cells));
        Append([.. cells.Select(cell => Convert.ToString(cell, CultureInfo.InvariantCulture) ?? "")]);
        return this;
    }

    /// <summary>Writes the file, whole or not at all.</summary>
    public void Write(string path) => AtomicFile.WriteText(path, _text.ToString());

    private void Append(IReadOnlyList<string> cells) => _text.AppendJoin(',', cells.Select(Quoted)).Append('\n');

    private static string Quoted(string cell) =>
        cell.AsSpan().ContainsAny(",\"\r\n") ? $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : cell;
}
