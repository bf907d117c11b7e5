namespace Crammed.Cli.Configuration;

/// <summary>A list of values.</summary>
internal sealed class SequenceNode(IReadOnlyList<ConfigurationNode> items, Origin origin) : ConfigurationNode(origin)
{
    public IReadOnlyList<ConfigurationNode> Items { get; } = items;

    public override string Kind => "a list";
}
