namespace Crammed.Cli.Configuration;

/// <summary>
/// A configuration that cannot be used. The message is one line: where (file and line, or the override as it was typed), what is
/// wrong, and what would be right.
/// </summary>
public sealed class ConfigurationException : Exception
{
    /// <summary>A message that already says where.</summary>
    public ConfigurationException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>A message about one place of the configuration.</summary>
    public ConfigurationException(Origin origin, string message, Exception? innerException = null)
        : base($"{origin}: {message}", innerException)
    {
    }
}
