using System.Collections.Concurrent;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Crammed.Cli.Configuration;

/// <summary>
/// The keys of a settings record, by reflection: the parameters of its longest public constructor and its init properties. A key is
/// required when its parameter has no default or its property is <c>required</c>; anything else keeps the record's own default.
/// <see cref="DisplayNameAttribute"/> gives a key another name than its property, <see cref="BrowsableAttribute"/> makes it no key.
/// </summary>
internal sealed class SettingsSchema
{
    private static readonly ConcurrentDictionary<Type, SettingsSchema> Cache = new();

    private SettingsSchema(Type type)
    {
        Constructor = type.GetConstructors().MaxBy(constructor => constructor.GetParameters().Length)
            ?? throw new ArgumentException($"{type.Name} has no public constructor and cannot hold settings", nameof(type));
        var parameters = Constructor.GetParameters();
        var nullability = new NullabilityInfoContext();
        Members =
        [
            .. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
                .Where(property => property.SetMethod is { IsPublic: true })
                .GroupBy(property => property.Name, (_, same) => same.MaxBy(property => Generation(property.DeclaringType))!)
                .Where(property => property.GetCustomAttribute<BrowsableAttribute>()?.Browsable != false)
                .OrderBy(property => (Generation(property.DeclaringType), property.MetadataToken))
                .Select(property => MemberOf(property, parameters, nullability)),
        ];
    }

    public ConstructorInfo Constructor { get; }

    /// <summary>The keys in the order of their declaration.</summary>
    public IReadOnlyList<SettingsMember> Members { get; }

    public static SettingsSchema Of(Type type) => Cache.GetOrAdd(type, static key => new SettingsSchema(key));

    public SettingsMember? Find(string key) => Members.FirstOrDefault(member => member.Key == key);

    /// <summary>Every key below this record with its dotted path, groups included.</summary>
    public IEnumerable<(string Path, SettingsMember Member)> Walk(string prefix = "")
    {
        foreach (var member in Members)
        {
            var path = prefix.Length == 0 ? member.Key : $"{prefix}.{member.Key}";
            yield return (path, member);
            if (!member.IsGroup)
                continue;
            foreach (var below in Of(member.Type).Walk(path))
                yield return below;
        }
    }

    /// <summary>How far a type is below <see cref="object"/>; a base's keys come first, and what hides a property of it takes its place.</summary>
    private static int Generation(Type? type) => type is null ? 0 : 1 + Generation(type.BaseType);

    private static SettingsMember MemberOf(PropertyInfo property, ParameterInfo[] parameters, NullabilityInfoContext nullability)
    {
        var parameter = parameters.FirstOrDefault(candidate => candidate.Name == property.Name);
        var isRequired = parameter is null ? property.IsDefined(typeof(RequiredMemberAttribute)) : !parameter.HasDefaultValue;
        var underlying = Nullable.GetUnderlyingType(property.PropertyType);
        var acceptsNull = underlying is not null || nullability.Create(property).WriteState == NullabilityState.Nullable;
        return new SettingsMember(
            property.GetCustomAttribute<DisplayNameAttribute>()?.DisplayName ?? SettingsTypes.KeyOf(property.Name),
            property,
            underlying ?? property.PropertyType,
            acceptsNull,
            isRequired,
            property.GetCustomAttribute<RangeAttribute>(),
            property.GetCustomAttribute<DescriptionAttribute>()?.Description ?? "",
            parameter);
    }
}
