namespace Crammed.Cli.Configuration;

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
