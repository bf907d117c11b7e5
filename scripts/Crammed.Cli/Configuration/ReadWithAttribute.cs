using System.Globalization;
using System.Reflection;

namespace Crammed.Cli.Configuration;

/// <summary>
/// A key, or a group of keys, that a command reads in some of its modes alone; on the record of the command's settings. To set it on the
/// command line in another mode is an error: it would be ignored.
/// </summary>
/// <param name="path">The key or group, dotted.</param>
/// <param name="conditions">
/// Words such as <c>mode=lora</c> or <c>plan!=null</c> about keys of the record, dotted ones below it, of which one must hold; none: never
/// read.
/// </param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
internal sealed class ReadWithAttribute(string path, params string[] conditions) : Attribute
{
    /// <summary>Refuses overrides that nothing will read.</summary>
    /// <exception cref="ConfigurationException">There is one; says with what it would be read.</exception>
    public static void Check(object settings, IReadOnlyList<string> overrides)
    {
        var rules = settings.GetType().GetCustomAttributes<ReadWithAttribute>().ToList();
        foreach (var word in overrides)
        {
            var key = word.Split('=')[0].Replace('/', '.');
            if (rules.FirstOrDefault(rule => rule.Covers(key) && !rule.Holds(settings)) is { } broken)
                throw new ConfigurationException(Origin.InOverride(word), $"nothing reads '{key}' in this run; {broken.Advice}");
        }
    }

    private string Advice => conditions.Length == 0
        ? "leave it out"
        : $"it is read with {string.Join(" or ", conditions.Select(condition => condition.Replace("!=", " other than ", StringComparison.Ordinal)))}";

    private bool Covers(string key) => key == path || key.StartsWith(path + ".", StringComparison.Ordinal);

    private bool Holds(object settings) => conditions.Any(condition =>
    {
        var isNegated = condition.Contains("!=", StringComparison.Ordinal);
        var words = condition.Split(isNegated ? "!=" : "=");
        return (TextOf(settings, words[0]) == words[1]) != isNegated;
    });

    private static string? TextOf(object settings, string key)
    {
        var value = (object?)settings;
        foreach (var part in key.Split('.'))
            value = SettingsSchema.Of(value!.GetType()).Find(part)!.Property.GetValue(value);
        return value switch
        {
            null => "null",
            Enum choice => SettingsTypes.ChoiceOf(choice),
            _ => Convert.ToString(value, CultureInfo.InvariantCulture),
        };
    }
}
