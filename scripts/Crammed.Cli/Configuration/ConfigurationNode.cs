namespace Crammed.Cli.Configuration;

/// <summary>One value of a configuration tree: a scalar, a list or a mapping, and where it was written.</summary>
internal abstract class ConfigurationNode(Origin origin)
{
    /// <summary>Where the value was written.</summary>
    public Origin Origin { get; } = origin;

    /// <summary>What messages call a value of this kind.</summary>
    public abstract string Kind { get; }
}

/// <summary>A single value, still as text; <see cref="IsQuoted"/> text is always a string.</summary>
internal sealed class ScalarNode(string text, bool isQuoted, Origin origin) : ConfigurationNode(origin)
{
    public string Text { get; } = text;

    public bool IsQuoted { get; } = isQuoted;

    /// <summary>YAML's null: empty, <c>~</c> or <c>null</c>, not quoted.</summary>
    public bool IsNull => !IsQuoted && Text is "" or "~" or "null";

    public override string Kind => IsNull ? "null" : $"'{Text}'";
}

/// <summary>A list of values.</summary>
internal sealed class SequenceNode(IReadOnlyList<ConfigurationNode> items, Origin origin) : ConfigurationNode(origin)
{
    public IReadOnlyList<ConfigurationNode> Items { get; } = items;

    public override string Kind => "a list";
}

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
