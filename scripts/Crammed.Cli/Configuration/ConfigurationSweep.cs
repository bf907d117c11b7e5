namespace Crammed.Cli.Configuration;

/// <summary>Several choices of one group at once, as in Hydra's multirun: <c>eval/tasks=rte,sst2</c>, or <c>eval/tasks=all</c>.</summary>
internal static class ConfigurationSweep
{
    private const string All = "all";

    /// <summary>The overrides for each choice of the group; the overrides as they are where they choose one or none.</summary>
    /// <exception cref="ConfigurationException">A choice is named twice.</exception>
    public static IReadOnlyList<IReadOnlyList<string>> Expand(ConfigurationFolder folder, string? group, IReadOnlyList<string> overrides)
    {
        var prefix = group + "=";
        if (group is null || overrides.FirstOrDefault(word => word.StartsWith(prefix, StringComparison.Ordinal)) is not { } chosen)
            return [overrides];
        var value = chosen[prefix.Length..].Trim('[', ']');
        var choices = value == All ? folder.Choices(group) : value.Split(',', StringSplitOptions.TrimEntries);
        if (choices.Distinct().Count() != choices.Count)
            throw new ConfigurationException(Origin.InOverride(chosen), "names a choice twice");
        return [.. choices.Select(choice => overrides.Select(word => word == chosen ? prefix + choice : word).ToList())];
    }
}
