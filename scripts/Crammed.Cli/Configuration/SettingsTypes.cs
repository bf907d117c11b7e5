using System.Text.Json;

namespace Crammed.Cli.Configuration;

/// <summary>Which C# types settings are made of, and how they look in configuration files.</summary>
internal static class SettingsTypes
{
    /// <summary><c>FeedForward</c> is <c>feed_forward</c>.</summary>
    public static string KeyOf(string memberName) => JsonNamingPolicy.SnakeCaseLower.ConvertName(memberName);

    /// <summary>The choices of an enum: <c>CrammedBertHe</c> is <c>crammed-bert-he</c>.</summary>
    public static IReadOnlyDictionary<string, object> Choices(Type enumType)
    {
        var choices = new OrderedDictionary<string, object>(StringComparer.Ordinal);
        foreach (var value in Enum.GetValues(enumType))
            choices.Add(ChoiceOf(value), value);
        return choices;
    }

    /// <summary>An enum's value in configuration files.</summary>
    public static string ChoiceOf(object value) => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString()!);

    /// <summary>The type of the items, where a type is a list; otherwise null.</summary>
    public static Type? ItemType(Type type)
    {
        if (type.IsArray)
            return type.GetElementType();
        return type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) ? type.GetGenericArguments()[0] : null;
    }

    public static bool IsScalar(Type type) =>
        type.IsEnum || type == typeof(string) || type == typeof(bool) || IsNumber(type);

    public static bool IsNumber(Type type) => type == typeof(int) || type == typeof(long) || type == typeof(double);

    public static bool IsGroup(Type type) => !IsScalar(type) && ItemType(type) is null;

    /// <summary>A type in words.</summary>
    public static string Describe(Type type)
    {
        if (type.IsEnum)
            return string.Join(" | ", Choices(type).Keys);
        if (type == typeof(string))
            return "a text";
        if (type == typeof(bool))
            return "true | false";
        if (type == typeof(double))
            return "a number";
        return IsScalar(type) ? "a whole number" : "a group of keys";
    }
}
