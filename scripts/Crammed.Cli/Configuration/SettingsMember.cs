using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Crammed.Model;

namespace Crammed.Cli.Configuration;

/// <summary>One key of a settings record.</summary>
/// <param name="Key">Its name in configuration files (snake_case).</param>
/// <param name="Property">The property that holds it.</param>
/// <param name="Type">Its type, without <see cref="Nullable{T}"/>.</param>
/// <param name="AcceptsNull">Whether null may be written.</param>
/// <param name="IsRequired">Whether the key must be there.</param>
/// <param name="Range">The range of a number, or of each number of a list.</param>
/// <param name="Description">One line for help texts.</param>
/// <param name="Parameter">The constructor parameter that takes the value; null where an init property does.</param>
internal sealed record SettingsMember(
    string Key,
    PropertyInfo Property,
    Type Type,
    bool AcceptsNull,
    bool IsRequired,
    RangeAttribute? Range,
    string Description,
    ParameterInfo? Parameter)
{
    /// <summary>The type of the items, where this is a list.</summary>
    public Type? ItemType { get; } = SettingsTypes.ItemType(Type);

    /// <summary>Whether the value is a record of settings itself.</summary>
    public bool IsGroup { get; } = SettingsTypes.IsGroup(Type);

    /// <summary>The range in words: "1 to 64", "above 0, up to 1"; null without a range.</summary>
    public string? RangeText => Range is null ? null : SettingsRange.Describe(Range);

    /// <summary>What may be written, in words: "a whole number, 1 to 64".</summary>
    public string TypeText
    {
        get
        {
            var text = ItemType is null ? SettingsTypes.Describe(Type) : $"a list, each {SettingsTypes.Describe(ItemType)}";
            var range = RangeText is null ? "" : $", {RangeText}";
            return text + range + (AcceptsNull ? ", or null" : "");
        }
    }

    /// <summary>Whether a number lies in the range.</summary>
    public bool InRange(double value) => Range is null || SettingsRange.Contains(Range, value);
}
