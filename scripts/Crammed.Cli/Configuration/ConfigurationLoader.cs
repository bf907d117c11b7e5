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

/// <summary>The way from configuration files and overrides to typed settings.</summary>
internal static class ConfigurationLoader
{
    /// <summary>Composes and binds.</summary>
    /// <typeparam name="T">The settings record of the command.</typeparam>
    /// <param name="folder">The configuration files.</param>
    /// <param name="root">The root's name without ending, such as <c>cfg_pretrain</c>.</param>
    /// <param name="overrides">The words <c>group=choice</c> and <c>a.b.c=value</c>.</param>
    /// <exception cref="ConfigurationException">A file or an override is wrong; one line says where and what.</exception>
    public static LoadedConfiguration<T> Load<T>(ConfigurationFolder folder, string root, IReadOnlyList<string> overrides)
        where T : class
    {
        var composed = ConfigurationComposer.Compose(folder, root, overrides);
        var settings = SettingsBinder.Bind<T>(composed.Tree);
        ReadWithAttribute.Check(settings, overrides);
        return new LoadedConfiguration<T>(settings, composed.Choices);
    }
}
