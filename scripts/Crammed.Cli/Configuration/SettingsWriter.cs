using System.Collections;
using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;
using YamlDotNet.Serialization;

namespace Crammed.Cli.Configuration;

/// <summary>Writes bound settings as YAML, every key with its value, so that reading it back gives the same settings.</summary>
internal static class SettingsWriter
{
    /// <summary>The settings as a YAML document with lines ended by LF.</summary>
    public static string ToYaml(object settings) =>
        new SerializerBuilder().WithNewLine("\n").WithIndentedSequences().Build().Serialize(Group(settings));

    private static YamlMappingNode Group(object settings)
    {
        var mapping = new YamlMappingNode();
        foreach (var member in SettingsSchema.Of(settings.GetType()).Members)
            mapping.Add(member.Key, Value(member.Property.GetValue(settings)));
        return mapping;
    }

    private static YamlNode Value(object? value) => value switch
    {
        null => new YamlScalarNode("null"),
        string text => new YamlScalarNode(text) { Style = ScalarStyle.DoubleQuoted },
        bool flag => new YamlScalarNode(flag ? "true" : "false"),
        double number => new YamlScalarNode(number.ToString("R", CultureInfo.InvariantCulture)),
        int or long => new YamlScalarNode(Convert.ToString(value, CultureInfo.InvariantCulture)),
        Enum choice => new YamlScalarNode(SettingsTypes.ChoiceOf(choice)),
        IEnumerable list => new YamlSequenceNode(list.Cast<object>().Select(Value)) { Style = YamlDotNet.Core.Events.SequenceStyle.Flow },
        _ => Group(value),
    };
}
