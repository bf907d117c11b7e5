extern alias ScottPlotPackage;

using System.Globalization;
using ScottPlotPackage::ScottPlot;
using ScottPlotPackage::ScottPlot.TickGenerators;

namespace Crammed.Cli.Plotting;

/// <summary>Ticks of a logarithmic axis, whose positions are log10 of the values.</summary>
internal static class LogarithmicTicks
{
    private const int MostLabels = 8;
    private const string Superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";

    /// <summary>
    /// A labelled tick at each power of ten, or at each second, third ... where they are many, with ticks between; where fewer than two
    /// powers are in the range, at 1, 2 and 5 times a power of ten, or at round values where even those are too few.
    /// </summary>
    public static ITickGenerator Between(double from, double to)
    {
        var (first, last) = ((int)Math.Ceiling(from), (int)Math.Floor(to));
        if (last > first)
            return Decades(first, last);
        double[] mantissas = [1, 2, 5];
        double[] values =
        [
            .. Enumerable.Range(first - 1, 3).SelectMany(decade => mantissas.Select(mantissa => mantissa * Math.Pow(10, decade)))
                .Where(value => Math.Log10(value) >= from && Math.Log10(value) <= to),
        ];
        if (values.Length < 2)
            values = [.. RoundValues(Math.Pow(10, from), Math.Pow(10, to))];
        return new NumericManual(
            [.. values.Select(Math.Log10)], [.. values.Select(value => value.ToString("G10", CultureInfo.InvariantCulture))]);
    }

    private static IEnumerable<double> RoundValues(double from, double to)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(to - from)) - 1);
        double step = new[] { 1, 2, 5, 10, 20 }.Select(factor => factor * power).First(step => (to - from) / step <= MostLabels);
        for (double multiple = Math.Ceiling(from / step); multiple * step <= to; multiple++)
            yield return multiple * step;
    }

    private static NumericManual Decades(int first, int last)
    {
        int step = 1 + (last - first) / MostLabels;
        var ticks = new NumericManual();
        for (int decade = first - 1; decade <= last; decade++)
        {
            if (decade >= first && decade % step == 0)
                ticks.AddMajor(decade, PowerOfTen(decade));
            else if (decade >= first)
                ticks.AddMinor(decade);
            for (int digit = 2; step == 1 && digit < 10; digit++)
                ticks.AddMinor(decade + Math.Log10(digit));
        }
        return ticks;
    }

    /// <summary>0.001 to 10000 as they are, others as 10⁻⁵.</summary>
    private static string PowerOfTen(int exponent)
    {
        if (exponent is >= -3 and <= 4)
            return Math.Pow(10, exponent).ToString("0.###", CultureInfo.InvariantCulture);
        string digits = Math.Abs(exponent).ToString(CultureInfo.InvariantCulture);
        return $"10{(exponent < 0 ? "⁻" : "")}{string.Concat(digits.Select(digit => Superscripts[digit - '0']))}";
    }
}
