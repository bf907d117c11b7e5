namespace Crammed.Cli.Configuration;

/// <summary>
/// The folder of configuration files: <c>cfg_NAME.yaml</c> roots at the top, and groups of choices in folders, possibly nested
/// (<c>arch/crammed-bert.yaml</c>, <c>eval/tasks/rte.yaml</c>).
/// </summary>
internal sealed class ConfigurationFolder
{
    private readonly string _path;

    /// <exception cref="ConfigurationException">There is no such folder.</exception>
    public ConfigurationFolder(string path)
    {
        if (!Directory.Exists(path))
            throw new ConfigurationException($"{path}: the folder of configuration files is missing; name it with --config-dir");
        _path = path;
    }

    /// <summary>Absolute.</summary>
    public string FullPath => Path.GetFullPath(_path);

    /// <summary>The folder <c>configs</c> in the nearest folder above a start that has one.</summary>
    /// <exception cref="ConfigurationException">None has one.</exception>
    public static ConfigurationFolder FindAbove(string start)
    {
        for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "configs");
            if (Directory.Exists(candidate))
                return new ConfigurationFolder(candidate);
        }
        throw new ConfigurationException($"no folder 'configs' in {start} or above it; name one with --config-dir");
    }

    public bool IsGroup(string group) => group.Length > 0 && Directory.Exists(Absolute(group));

    /// <summary>The choices of a group, in alphabetical order.</summary>
    public IReadOnlyList<string> Choices(string group) =>
    [
        .. Directory.EnumerateFiles(Absolute(group), "*.yaml")
            .Select(file => Path.GetFileNameWithoutExtension(file))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>What a choice says of itself: the comment that its file begins with; empty without one.</summary>
    public string Remarks(string group, string choice) => string.Join(
        ' ',
        File.ReadLines(Absolute($"{group}/{choice}.yaml")).TakeWhile(line => line.StartsWith('#')).Select(line => line.TrimStart('#', ' ')));

    /// <summary>Reads the root <c>NAME.yaml</c>.</summary>
    public MappingNode ReadRoot(string name)
    {
        if (!File.Exists(Absolute(name + ".yaml")))
            throw new ConfigurationException($"{_path}: there is no {name}.yaml");
        return YamlTree.ReadFile(Absolute(name + ".yaml"), $"configs/{name}.yaml");
    }

    /// <summary>Reads one choice of a group.</summary>
    /// <exception cref="ConfigurationException">No such group or choice; the message lists the choices.</exception>
    public MappingNode ReadChoice(string group, string choice, Origin origin)
    {
        if (!IsGroup(group))
            throw new ConfigurationException(origin, $"there is no group '{group}'");
        var choices = Choices(group);
        if (!choices.Contains(choice, StringComparer.Ordinal))
        {
            var nearest = EditDistance.Nearest(choice, choices);
            var hint = nearest is null ? "" : $"; did you mean '{nearest}'?";
            throw new ConfigurationException(
                origin, $"the group '{group}' has no choice '{choice}'{hint} (choices: {string.Join(", ", choices)})");
        }
        return YamlTree.ReadFile(Absolute($"{group}/{choice}.yaml"), $"configs/{group}/{choice}.yaml");
    }

    private string Absolute(string relative) => Path.Combine(_path, relative);
}
