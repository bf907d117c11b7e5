namespace Crammed.Cli.Configuration;

/// <summary>One value of a configuration tree: a scalar, a list or a mapping, and where it was written.</summary>
internal abstract class ConfigurationNode(Origin origin)
{
    /// <summary>Where the value was written.</summary>
    public Origin Origin { get; } = origin;

    /// <summary>What messages call a value of this kind.</summary>
    public abstract string Kind { get; }
}
