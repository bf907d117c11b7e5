using System.Globalization;

namespace Crammed.Cli.Tests.Stages;

/// <summary>A file of comma-separated values, read back.</summary>
internal sealed class CsvFile
{
    private readonly string[][] _rows;

    public CsvFile(string path)
    {
        var lines = File.ReadAllText(path).TrimEnd('\n').Split('\n');
        Header = lines[0];
        _rows = [.. lines.Skip(1).Select(line => line.Split(','))];
    }

    public string Header { get; }

    public int Count => _rows.Length;

    public string[] Texts(string column) => [.. _rows.Select(row => row[Array.IndexOf(Header.Split(','), column)])];

    public double[] Numbers(string column) => [.. Texts(column).Select(text => double.Parse(text, CultureInfo.InvariantCulture))];
}
