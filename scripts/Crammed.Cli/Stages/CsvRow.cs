using System.Globalization;

namespace Crammed.Cli.Stages;

/// <summary>A row of a file that <see cref="CsvTable"/> wrote.</summary>
internal sealed class CsvRow
{
    private readonly string _place;
    private readonly IReadOnlyDictionary<string, string> _cells;

    private CsvRow(string place, IReadOnlyDictionary<string, string> cells)
    {
        _place = place;
        _cells = cells;
    }

    /// <summary>The rows of a file.</summary>
    /// <exception cref="InvalidDataException">A row has another number of cells than the header.</exception>
    public static IReadOnlyList<CsvRow> ReadAll(string path)
    {
        string[] lines = File.ReadAllText(path).TrimEnd('\n').Split('\n');
        string[] header = lines[0].Split(',');
        return [.. lines.Skip(1).Select((line, index) => Of($"{path}: line {index + 2}", header, line.Split(',')))];
    }

    /// <summary>A cell.</summary>
    /// <exception cref="InvalidDataException">There is no such column.</exception>
    public string Text(string column) =>
        _cells.TryGetValue(column, out string? text) ? text : throw new InvalidDataException($"{_place}: there is no column '{column}'");

    /// <summary>A cell that holds a number; NaN is one.</summary>
    /// <exception cref="InvalidDataException">There is no such column, or it holds something else.</exception>
    public double Number(string column) =>
        double.TryParse(Text(column), NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            ? number
            : throw new InvalidDataException($"{_place}: {column} is '{Text(column)}'; expected a number");

    private static CsvRow Of(string place, string[] header, string[] cells) => cells.Length == header.Length
        ? new CsvRow(place, header.Zip(cells).ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal))
        : throw new InvalidDataException($"{place}: {cells.Length} cells; the header has {header.Length}");
}
