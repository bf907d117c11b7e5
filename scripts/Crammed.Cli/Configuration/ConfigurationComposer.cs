namespace Crammed.Cli.Configuration;

/// <summary>A composed tree, and which choice was taken from each group (in the order of composition).</summary>
internal sealed record ComposedConfiguration(MappingNode Tree, IReadOnlyDictionary<string, string> Choices);

/// <summary>
/// Composes a configuration tree as Hydra does. A root's <c>defaults</c> list chooses a file of each group (<c>- arch: crammed-bert</c>);
/// its keys land under the group's name. A choice may have defaults of its own, relative to its group: <c>- tasks: rte</c> in
/// eval/GLUE_sane.yaml chooses eval/tasks/rte.yaml, and <c>- base</c> takes over another choice of the same group. A file's own keys are laid
/// over its defaults (or where <c>_self_</c> stands), overrides over everything, interpolations <c>${a.b}</c> come last.
/// </summary>
internal sealed class ConfigurationComposer
{
    private const string DefaultsKey = "defaults";
    private const string Self = "_self_";

    private readonly ConfigurationFolder _folder;
    private readonly Dictionary<string, ConfigurationOverride> _groupOverrides = new(StringComparer.Ordinal);
    private readonly OrderedDictionary<string, string> _choices = new(StringComparer.Ordinal);
    private readonly Stack<string> _open = new();

    private ConfigurationComposer(ConfigurationFolder folder) => _folder = folder;

    /// <summary>Composes a root with overrides.</summary>
    /// <exception cref="ConfigurationException">A file or an override is wrong.</exception>
    public static ComposedConfiguration Compose(ConfigurationFolder folder, string root, IReadOnlyList<string> overrides)
    {
        var composer = new ConfigurationComposer(folder);
        var values = composer.SeparateGroups([.. overrides.Select(ConfigurationOverride.Parse)]);
        var tree = composer.WithDefaults(folder.ReadRoot(root), group: "", name: root);
        composer.RequireGroupsUsed(root);
        foreach (var value in values)
        {
            var path = value.Key.Split('.');
            tree.Descend(path[..^1], value.Origin).Set(path[^1], YamlTree.ReadValue(value.Value, value.Origin));
        }
        new Interpolation(tree).Resolve();
        return new ComposedConfiguration(tree, composer._choices);
    }

    private List<ConfigurationOverride> SeparateGroups(IReadOnlyList<ConfigurationOverride> overrides)
    {
        var values = new List<ConfigurationOverride>();
        foreach (var item in overrides)
        {
            if (!item.Key.Contains('/') && !_folder.IsGroup(item.Key))
            {
                var group = item.Key.Replace('.', '/');
                if (_folder.IsGroup(group))
                    throw new ConfigurationException(item.Origin, $"'{item.Key}' is a group; choose from it with {group}={item.Value}");
                values.Add(item);
            }
            else if (!_groupOverrides.TryAdd(item.Key, item))
            {
                throw new ConfigurationException(item.Origin, $"the group was already chosen by {_groupOverrides[item.Key].Origin}");
            }
        }
        return values;
    }

    private MappingNode WithDefaults(MappingNode own, string group, string name)
    {
        var key = $"{group}/{name}";
        if (_open.Contains(key))
            throw new ConfigurationException(own.Origin, $"its defaults lead back to itself ({string.Join(" <- ", _open)})");
        _open.Push(key);
        var defaults = TakeDefaults(own);
        var result = new MappingNode(own.Origin);
        var ownIsMerged = false;
        foreach (var entry in defaults)
        {
            switch (entry)
            {
                case ScalarNode { Text: Self } when !ownIsMerged:
                    result.Merge(own);
                    ownIsMerged = true;
                    break;
                case ScalarNode { IsNull: false } other when group.Length > 0:
                    result.Merge(WithDefaults(_folder.ReadChoice(group, other.Text, other.Origin), group, other.Text));
                    break;
                case MappingNode mapping when mapping.Entries.Count() == 1 && mapping.Entries.First() is { Value: ScalarNode choice } pair:
                    MergeChoice(result, group, pair.Key, choice);
                    break;
                default:
                    throw new ConfigurationException(entry.Origin, $"expected '- group: choice' in {DefaultsKey}, not {entry.Kind}");
            }
        }
        if (!ownIsMerged)
            result.Merge(own);
        _open.Pop();
        return result;
    }

    private void MergeChoice(MappingNode result, string group, string subgroup, ScalarNode written)
    {
        var full = group.Length == 0 ? subgroup : $"{group}/{subgroup}";
        var (choice, origin) = _groupOverrides.TryGetValue(full, out var chosen)
            ? (chosen.Value, chosen.Origin)
            : (written.Text, written.Origin);
        var content = WithDefaults(_folder.ReadChoice(full, choice, origin), full, choice);
        var path = subgroup.Split('/');
        // A group is chosen from once: what a file chooses replaces what its own defaults chose, key for key.
        if (!_choices.TryAdd(full, choice))
            result.Descend(path[..^1], origin).Remove(path[^1]);
        _choices[full] = choice;
        result.Descend(path, origin).Merge(content);
    }

    private static IReadOnlyList<ConfigurationNode> TakeDefaults(MappingNode own)
    {
        if (!own.TryGet(DefaultsKey, out var node))
            return [];
        own.Remove(DefaultsKey);
        return node is SequenceNode sequence
            ? sequence.Items
            : throw new ConfigurationException(node.Origin, $"{DefaultsKey} must be a list, not {node.Kind}");
    }

    private void RequireGroupsUsed(string root)
    {
        foreach (var (group, item) in _groupOverrides)
        {
            if (_choices.ContainsKey(group))
                continue;
            var nearest = EditDistance.Nearest(group, _choices.Keys);
            var hint = nearest is null ? "" : $"; did you mean '{nearest}'?";
            var groups = _choices.Count == 0 ? "it has none" : $"its groups: {string.Join(", ", _choices.Keys)}";
            throw new ConfigurationException(item.Origin, $"{root} has no group '{group}'{hint} ({groups})");
        }
    }
}
