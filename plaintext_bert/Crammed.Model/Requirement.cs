using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Crammed.Model;

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
