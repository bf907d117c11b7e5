namespace Crammed.Cli.Configuration;

/// <summary>Where a value of the configuration was written, in the words of error messages.</summary>
public sealed record Origin
{
    private readonly string _text;

    private Origin(string text) => _text = text;

    /// <summary>A line, counted from 1, of a file.</summary>
    public static Origin InFile(string path, long line) => new($"{path}:{line}");

    /// <summary>An override as the user typed it.</summary>
    public static Origin InOverride(string text) => new($"override '{text}'");

    /// <inheritdoc/>
    public override string ToString() => _text;
}
