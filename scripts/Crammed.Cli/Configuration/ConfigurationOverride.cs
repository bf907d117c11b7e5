using System.Text.RegularExpressions;

namespace Crammed.Cli.Configuration;

/// <summary>One <c>key=value</c> word of the command line.</summary>
internal sealed partial record ConfigurationOverride(string Key, string Value, Origin Origin)
{
    /// <summary>Reads a word of the command line.</summary>
    /// <exception cref="ConfigurationException">It is not of the form <c>group=choice</c> or <c>a.b.c=value</c>.</exception>
    public static ConfigurationOverride Parse(string text)
    {
        var origin = Origin.InOverride(text);
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0)
            throw new ConfigurationException(origin, "expected group=choice or a.b.c=value");
        var key = text[..equals];
        if (key[0] is '+' or '~')
            throw new ConfigurationException(
                origin, $"keys are neither added nor removed here; drop the '{key[0]}' and set the key's value");
        if (!KeyPattern().IsMatch(key))
            throw new ConfigurationException(origin, $"'{key}' is not a key such as train.steps or a group such as eval/tasks");
        return new ConfigurationOverride(key, text[(equals + 1)..], origin);
    }

    [GeneratedRegex(@"^[A-Za-z0-9_-]+([./][A-Za-z0-9_-]+)*$")]
    private static partial Regex KeyPattern();
}
