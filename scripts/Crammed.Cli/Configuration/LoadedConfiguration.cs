namespace Crammed.Cli.Configuration;

/// <summary>Typed settings, and which choice was taken from each group.</summary>
internal sealed record LoadedConfiguration<T>(T Settings, IReadOnlyDictionary<string, string> Choices)
    where T : class
{
    /// <summary>The settings as YAML, headed by the choices as a comment.</summary>
    public string ToYaml()
    {
        var header = string.Concat(Choices.Select(choice => $"# {choice.Key}={choice.Value}\n"));
        return header + SettingsWriter.ToYaml(Settings);
    }
}
