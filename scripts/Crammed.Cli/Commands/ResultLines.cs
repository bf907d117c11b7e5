namespace Crammed.Cli.Commands;

/// <summary>The result of a command as lines "name  value", names padded to one width.</summary>
internal sealed class ResultLines
{
    private readonly List<(string Name, string Value)> _lines = [];

    /// <summary>Adds a line.</summary>
    public ResultLines Add(string name, string value)
    {
        _lines.Add((name, value));
        return this;
    }

    /// <summary>Writes the lines.</summary>
    public Task WriteAsync(TextWriter output)
    {
        var width = _lines.Max(line => line.Name.Length);
        return output.WriteLineAsync(string.Join(Environment.NewLine, _lines.Select(line => $"{line.Name.PadRight(width)}  {line.Value}")));
    }
}
