using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Crammed.Model;

/// <summary>
/// Ranges of settings, stated once: as <see cref="RangeAttribute"/> on a record's properties, for whoever makes one in code as for
/// whoever binds one from a file.
/// </summary>
public static class SettingsRange
{
    /// <summary>Checks every number, every number of a list and every enum of a record; null is no value to check.</summary>
    /// <exception cref="ArgumentException">A value out of its range; the message names the field, the value and the range.</exception>
    public static void Check(object settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        foreach (var property in settings.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            var value = property.GetValue(settings);
            if (value is Enum choice)
                Requirement.Check(Enum.IsDefined(choice.GetType(), choice), choice, Choices(choice.GetType()), property.Name);
            if (property.GetCustomAttribute<RangeAttribute>() is not { } range)
                continue;
            foreach (var number in value as IEnumerable ?? new[] { value })
                Requirement.Check(number is null || Contains(range, ToDouble(number)), number ?? 0, Describe(range), property.Name);
        }
    }

    /// <summary>Whether a number lies in a range; NaN never does.</summary>
    public static bool Contains(RangeAttribute range, double value)
    {
        ArgumentNullException.ThrowIfNull(range);
        double minimum = ToDouble(range.Minimum), maximum = ToDouble(range.Maximum);
        return (range.MinimumIsExclusive ? value > minimum : value >= minimum)
            && (range.MaximumIsExclusive ? value < maximum : value <= maximum);
    }

    /// <summary>A range in words: "1 to 64", "1 or more", "above 0 and at most 1".</summary>
    public static string Describe(RangeAttribute range)
    {
        ArgumentNullException.ThrowIfNull(range);
        var minimum = Convert.ToString(range.Minimum, CultureInfo.InvariantCulture);
        var maximum = Convert.ToString(range.Maximum, CultureInfo.InvariantCulture);
        if (range.Maximum is int.MaxValue or double.MaxValue)
            return range.MinimumIsExclusive ? $"above {minimum}" : $"{minimum} or more";
        if (!range.MinimumIsExclusive && !range.MaximumIsExclusive)
            return $"{minimum} to {maximum}";
        var above = range.MinimumIsExclusive ? "above" : "at least";
        var below = range.MaximumIsExclusive ? "below" : "at most";
        return $"{above} {minimum} and {below} {maximum}";
    }

    private static string Choices(Type type) => string.Join(" | ", Enum.GetNames(type).Select(JsonNamingPolicy.KebabCaseLower.ConvertName));

    private static double ToDouble(object number) => Convert.ToDouble(number, CultureInfo.InvariantCulture);
}

/// <summary>What is wrong with one setting of a record, as the exception that refuses it carries it.</summary>
/// <param name="Field">The setting's name in files, in snake case.</param>
/// <param name="Problem">What is wrong, as it reads after the name: "is 5; it must be 1 to 4".</param>
public sealed record SettingFault(string Field, string Problem)
{
    /// <summary>The exception that says so.</summary>
    public ArgumentException ToException() => new($"{Field} {Problem}") { Data = { [nameof(SettingFault)] = this } };

    /// <summary>What an exception carries; null where it is about something else.</summary>
    public static SettingFault? Of(Exception? exception) => exception?.Data[nameof(SettingFault)] as SettingFault;
}

internal static class Requirement
{
    /// <summary>
    /// Refuses a configuration value with a message that names the field as it stands in files, its value and what is allowed.
    /// </summary>
    /// <exception cref="ArgumentException">The condition does not hold.</exception>
    public static void Check(
        bool holds, object value, string expected, [CallerArgumentExpression(nameof(value))] string name = "")
    {
        if (holds)
            return;
        var field = JsonNamingPolicy.SnakeCaseLower.ConvertName(name);
        throw new SettingFault(field, FormattableString.Invariant($"is {value}; it must be {expected}")).ToException();
    }
}
