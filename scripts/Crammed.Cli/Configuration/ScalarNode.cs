namespace Crammed.Cli.Configuration;

/// <summary>A single value, still as text; <see cref="IsQuoted"/> text is always a string.</summary>
internal sealed class ScalarNode(string text, bool isQuoted, Origin origin) : ConfigurationNode(origin)
{
    public string Text { get; } = text;

    public bool IsQuoted { get; } = isQuoted;

    /// <summary>YAML's null: empty, <c>~</c> or <c>null</c>, not quoted.</summary>
    public bool IsNull => !IsQuoted && Text is "" or "~" or "null";

    public override string Kind => IsNull ? "null" : $"'{Text}'";
}
