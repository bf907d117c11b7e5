using System.Globalization;
using System.Reflection;
using Crammed.Model;

namespace Crammed.Cli.Configuration;

/// <summary>
/// Turns a composed tree into a settings record, strictly: an unknown key, a missing one, a wrong type and a value out of its range are
/// errors that name the file and line, or the override, and the nearest valid key.
/// </summary>
internal sealed class SettingsBinder
{
    private readonly Type _root;

    private SettingsBinder(Type root) => _root = root;

    /// <summary>Binds the whole tree.</summary>
    /// <exception cref="ConfigurationException">The tree does not fit the record.</exception>
    public static T Bind<T>(MappingNode tree)
        where T : class => (T)new SettingsBinder(typeof(T)).BindGroup(typeof(T), tree, "");

    private object BindGroup(Type type, ConfigurationNode node, string path)
    {
        if (node is not MappingNode mapping)
            throw new ConfigurationException(node.Origin, $"'{path}' is a group of keys, not {node.Kind}");
        var schema = SettingsSchema.Of(type);
        foreach (var (key, value) in mapping.Entries)
        {
            if (schema.Find(key) is null)
                throw UnknownKey(Join(path, key), value.Origin);
        }
        var values = schema.Members.ToDictionary(member => member, member => BindMember(member, mapping, path));
        var settings = Create(schema, values, (member, problem) => Wrong(member, mapping, path, problem));
        if (settings is ICheckedSettings checkedSettings && checkedSettings.Check().FirstOrDefault() is { } problem)
        {
            var member = schema.Members.First(member =>
                member.Property.Name == problem.Property || SettingsTypes.KeyOf(member.Property.Name) == problem.Property);
            throw Wrong(member, mapping, path, problem.Message);
        }
        return settings;
    }

    /// <summary>The values given; a key that is absent and has a default is absent here too.</summary>
    private (bool IsGiven, object? Value) BindMember(SettingsMember member, MappingNode mapping, string path)
    {
        var full = Join(path, member.Key);
        if (mapping.TryGet(member.Key, out var node))
            return (true, BindValue(member, member.Type, member.AcceptsNull, node, full));
        if (member.IsRequired)
            throw new ConfigurationException(mapping.Origin, $"the key '{full}' is missing ({member.TypeText})");
        return (false, null);
    }

    private static ConfigurationException Wrong(SettingsMember member, MappingNode mapping, string path, string problem) => new(
        mapping.TryGet(member.Key, out var written) ? written.Origin : mapping.Origin, $"'{Join(path, member.Key)}' {problem}");

    private static object Create(
        SettingsSchema schema, Dictionary<SettingsMember, (bool IsGiven, object? Value)> values,
        Func<SettingsMember, string, ConfigurationException> wrong)
    {
        var arguments = schema.Constructor.GetParameters().Select(parameter =>
        {
            var (member, bound) = values.First(pair => pair.Key.Parameter == parameter);
            return bound.IsGiven ? bound.Value : member.Parameter!.DefaultValue;
        });
        var settings = schema.Constructor.Invoke([.. arguments]);
        foreach (var (member, bound) in values)
        {
            if (!bound.IsGiven || member.Parameter is not null)
                continue;
            try
            {
                member.Property.SetValue(settings, bound.Value);
            }
            catch (TargetInvocationException exception) when (SettingFault.Of(exception.InnerException) is { } fault)
            {
                throw wrong(member, fault.Problem);
            }
        }
        return settings;
    }

    private object? BindValue(SettingsMember member, Type type, bool acceptsNull, ConfigurationNode node, string path)
    {
        if (node is ScalarNode { IsNull: true })
        {
            return acceptsNull
                ? null
                : throw new ConfigurationException(node.Origin, $"'{path}' is null; it must be {member.TypeText}");
        }
        if (SettingsTypes.ItemType(type) is { } itemType)
            return BindList(member, itemType, node, path);
        if (SettingsTypes.IsGroup(type))
            return BindGroup(type, node, path);
        var value = (node is ScalarNode scalar ? ParseScalar(type, scalar) : null) ?? throw WrongType(member, node, path);
        if (value is int or long or double && !member.InRange(Convert.ToDouble(value, CultureInfo.InvariantCulture)))
            throw new ConfigurationException(node.Origin, $"'{path}' is {((ScalarNode)node).Text}; it must be {member.RangeText}");
        return value;
    }

    /// <summary>A single value stands for a list of one.</summary>
    private Array BindList(SettingsMember member, Type itemType, ConfigurationNode node, string path)
    {
        var items = node is SequenceNode sequence ? sequence.Items : [node];
        var list = Array.CreateInstance(itemType, items.Count);
        for (var i = 0; i < items.Count; i++)
            list.SetValue(BindValue(member, itemType, acceptsNull: false, items[i], $"{path}[{i}]"), i);
        return list;
    }

    private static object? ParseScalar(Type type, ScalarNode scalar)
    {
        if (type == typeof(string))
            return scalar.Text;
        if (type.IsEnum)
            return SettingsTypes.Choices(type).GetValueOrDefault(scalar.Text);
        if (scalar.IsQuoted)
            return null;
        if (type == typeof(bool))
            return scalar.Text switch { "true" or "True" or "TRUE" => true, "false" or "False" or "FALSE" => false, _ => null };
        if (type == typeof(int))
            return int.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) ? whole : null;
        if (type == typeof(long))
            return long.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var large) ? large : null;
        return double.TryParse(scalar.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? number
            : null;
    }

    private static ConfigurationException WrongType(SettingsMember member, ConfigurationNode node, string path)
    {
        var hint = "";
        if (member.Type.IsEnum && node is ScalarNode scalar
            && EditDistance.Nearest(scalar.Text, SettingsTypes.Choices(member.Type).Keys) is { } nearest)
            hint = $"; did you mean '{nearest}'?";
        return new ConfigurationException(node.Origin, $"'{path}' is {node.Kind}; it must be {member.TypeText}{hint}");
    }

    private ConfigurationException UnknownKey(string path, Origin origin)
    {
        var nearest = EditDistance.Nearest(path, SettingsSchema.Of(_root).Walk().Select(entry => entry.Path));
        var hint = nearest is null ? "" : $"; did you mean '{nearest}'?";
        return new ConfigurationException(origin, $"nothing reads the key '{path}'{hint}");
    }

    private static string Join(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";
}
