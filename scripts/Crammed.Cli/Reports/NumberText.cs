using System.Globalization;

namespace Crammed.Cli.Reports;

/// <summary>How numbers look in reports and results: the one place that decides digits and units.</summary>
internal static class NumberText
{
    private static readonly string[] ByteUnits = ["B", "KiB", "MiB", "GiB", "TiB"];

    /// <summary>A number of things: 19,650.</summary>
    public static string Count(double value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A loss: six decimals.</summary>
    public static string Loss(double value) => Fixed(value, 6);

    /// <summary>A score between -1 and 1: four decimals.</summary>
    public static string Score(double value) => Fixed(value, 4);

    /// <summary>A score and its standard error: 0.7315 ± 0.0099.</summary>
    public static string Score(double value, double standardError) => $"{Score(value)} ± {Score(standardError)}";

    /// <summary>Whatever number, for tables of unlike figures: 57, 6.177, 481.2, 102,400.</summary>
    public static string Short(double value) => double.IsNaN(value) ? "undefined" : value.ToString(
        double.IsInteger(value) || Math.Abs(value) >= 1000 ? "N0" : Math.Abs(value) >= 100 ? "F1" : "F3", CultureInfo.InvariantCulture);

    /// <summary>A number with a sign and few decimals: +1.3.</summary>
    public static string Signed(double value) =>
        double.IsNaN(value) ? "undefined" : value.ToString("+0.0;-0.0;0.0", CultureInfo.InvariantCulture);

    /// <summary>A small quantity by its order of magnitude: 3.1e-6.</summary>
    public static string Magnitude(double value) =>
        double.IsNaN(value) ? "undefined" : value == 0 ? "0" : value.ToString("0.0e-0", CultureInfo.InvariantCulture);

    /// <summary>Seconds, with three digits at least: 0.123 s, 12.3 s, 1,234 s.</summary>
    public static string Seconds(double value)
    {
        var format = value < 1 ? "N3" : value < 10 ? "N2" : value < 100 ? "N1" : "N0";
        return double.IsNaN(value) ? "undefined" : value.ToString(format, CultureInfo.InvariantCulture) + " s";
    }

    /// <summary>Bytes in binary units with three digits: 1.25 GiB.</summary>
    public static string Bytes(long value)
    {
        double scaled = value;
        var unit = 0;
        while (scaled >= 1000 && unit < ByteUnits.Length - 1)
        {
            scaled /= 1024;
            unit++;
        }
        var format = unit == 0 || scaled >= 100 ? "F0" : scaled >= 10 ? "F1" : "F2";
        return $"{scaled.ToString(format, CultureInfo.InvariantCulture)} {ByteUnits[unit]}";
    }

    /// <summary>A number with so many decimals: 20.7.</summary>
    public static string Fixed(double value, int decimals) =>
        double.IsNaN(value) ? "undefined" : value.ToString($"F{decimals}", CultureInfo.InvariantCulture);
}
