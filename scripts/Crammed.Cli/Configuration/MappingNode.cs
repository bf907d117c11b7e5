using System.Diagnostics.CodeAnalysis;

namespace Crammed.Cli.Configuration;

/// <summary>Keys in the order in which they were written, each with a value.</summary>
internal sealed class MappingNode(Origin origin) : ConfigurationNode(origin)
{
    private readonly OrderedDictionary<string, ConfigurationNode> _entries = new(StringComparer.Ordinal);

    public IEnumerable<KeyValuePair<string, ConfigurationNode>> Entries => _entries;

    public override string Kind => "a group of keys";

    public bool TryGet(string key, [MaybeNullWhen(false)] out ConfigurationNode value) => _entries.TryGetValue(key, out value);

    /// <summary>Sets a key; a key that is already there keeps its place.</summary>
    public void Set(string key, ConfigurationNode value) => _entries[key] = value;

    public void Remove(string key) => _entries.Remove(key);

    /// <summary>Lays another mapping over this one: mappings merge key by key, anything else replaces what was there.</summary>
    public void Merge(MappingNode other)
    {
        foreach (var (key, value) in other.Entries)
        {
            if (value is MappingNode above && TryGet(key, out var below) && below is MappingNode mapping)
                mapping.Merge(above);
            else
                Set(key, value);
        }
    }

    /// <summary>The mapping at a dotted path, made where it is absent.</summary>
    /// <exception cref="ConfigurationException">Something on the way is a value, not a group of keys.</exception>
    public MappingNode Descend(IEnumerable<string> path, Origin origin)
    {
        var current = this;
        foreach (var key in path)
        {
            if (!current.TryGet(key, out var next) || next is ScalarNode { IsNull: true })
            {
                next = new MappingNode(origin);
                current.Set(key, next);
            }
            current = next as MappingNode ?? throw new ConfigurationException(origin, $"'{key}' is {next.Kind}, not a group of keys");
        }
        return current;
    }
}
