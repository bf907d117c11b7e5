using System.Text.RegularExpressions;

namespace Crammed.Cli.Configuration;

/// <summary>
/// Replaces <c>${a.b}</c> by the value at that key, and <c>${oc.env:NAME}</c> or <c>${oc.env:NAME,otherwise}</c> by an environment
/// variable, as OmegaConf does. A value that is nothing but <c>${a.b}</c> takes over the whole value, be it a list or a group of keys.
/// </summary>
internal sealed partial class Interpolation(MappingNode root)
{
    private const string EnvironmentPrefix = "oc.env:";

    private readonly Stack<string> _open = new();

    /// <summary>Resolves every interpolation of the tree, in place.</summary>
    /// <exception cref="ConfigurationException">A key or variable that does not exist, or values in a ring.</exception>
    public void Resolve() => ResolveChildren(root);

    private void ResolveChildren(MappingNode mapping)
    {
        foreach (var (key, value) in mapping.Entries.ToList())
            mapping.Set(key, Resolved(value));
    }

    private ConfigurationNode Resolved(ConfigurationNode node)
    {
        switch (node)
        {
            case MappingNode mapping:
                ResolveChildren(mapping);
                return mapping;
            case SequenceNode sequence:
                return new SequenceNode([.. sequence.Items.Select(Resolved)], sequence.Origin);
            case ScalarNode scalar when scalar.Text.Contains("${", StringComparison.Ordinal):
                return ResolvedScalar(scalar);
            default:
                return node;
        }
    }

    private ConfigurationNode ResolvedScalar(ScalarNode scalar)
    {
        var whole = Reference().Match(scalar.Text);
        if (whole.Success && whole.Length == scalar.Text.Length)
            return Target(whole.Groups[1].Value, scalar.Origin);
        var text = Reference().Replace(scalar.Text, match => Part(match, scalar.Origin));
        if (text.Contains("${", StringComparison.Ordinal))
            throw new ConfigurationException(scalar.Origin, $"'{scalar.Text}' has a '${{' without its '}}'");
        return new ScalarNode(text, isQuoted: true, scalar.Origin);
    }

    private string Part(Match match, Origin origin) => Target(match.Groups[1].Value, origin) is ScalarNode { IsNull: false } part
        ? part.Text
        : throw new ConfigurationException(origin, $"{match.Value} is not a single value and cannot be part of a text");

    private ConfigurationNode Target(string reference, Origin origin)
    {
        if (reference.StartsWith(EnvironmentPrefix, StringComparison.Ordinal))
            return FromEnvironment(reference[EnvironmentPrefix.Length..], origin);
        if (_open.Contains(reference))
            throw new ConfigurationException(origin, $"${{{reference}}} leads back to itself");
        ConfigurationNode current = root;
        foreach (var key in reference.Split('.'))
        {
            if (current is not MappingNode mapping || !mapping.TryGet(key, out var next))
                throw new ConfigurationException(origin, $"${{{reference}}} names no key of this configuration");
            current = next;
        }
        _open.Push(reference);
        var resolved = Resolved(current);
        _open.Pop();
        return resolved;
    }

    private static ScalarNode FromEnvironment(string expression, Origin origin)
    {
        var parts = expression.Split(',', 2);
        var value = Environment.GetEnvironmentVariable(parts[0].Trim());
        if (string.IsNullOrEmpty(value))
            value = parts.Length == 2 ? parts[1].Trim() : null;
        return value is null
            ? throw new ConfigurationException(origin, $"the environment variable {parts[0].Trim()} is not set")
            : new ScalarNode(value, isQuoted: false, origin);
    }

    [GeneratedRegex(@"\$\{([^${}]+)\}")]
    private static partial Regex Reference();
}
