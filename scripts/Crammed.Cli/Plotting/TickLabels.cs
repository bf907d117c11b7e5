using System.Globalization;

namespace Crammed.Cli.Plotting;

/// <summary>Numbers along an axis, as papers print them.</summary>
internal static class TickLabels
{
    private const string Superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";

    /// <summary>0.00025, 12,000; very large and small ones as 1.5×10⁻⁷.</summary>
    public static string Number(double value)
    {
        if (value == 0 || Math.Abs(value) is >= 1e-4 and < 1e7)
            return value.ToString("#,0.##########", CultureInfo.InvariantCulture);
        var parts = value.ToString("0.#####e0", CultureInfo.InvariantCulture).Split('e');
        return $"{parts[0]}×10{Superscript(parts[1])}";
    }

    /// <summary>0.001 to 10000 as they are, others as 10⁻⁵.</summary>
    public static string PowerOfTen(int exponent) => exponent is >= -3 and <= 4
        ? Math.Pow(10, exponent).ToString("0.###", CultureInfo.InvariantCulture)
        : $"10{Superscript(exponent.ToString(CultureInfo.InvariantCulture))}";

    private static string Superscript(string exponent) =>
        string.Concat(exponent.Select(c => c == '-' ? '⁻' : Superscripts[c - '0']));
}
