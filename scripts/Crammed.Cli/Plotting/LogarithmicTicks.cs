extern alias ScottPlotPackage;

using ScottPlotPackage::ScottPlot;
using ScottPlotPackage::ScottPlot.TickGenerators;

namespace Crammed.Cli.Plotting;

/// <summary>Ticks of a logarithmic axis, whose positions are log10 of the values.</summary>
internal static class LogarithmicTicks
{
    private const int MostLabels = 8;

    /// <summary>
    /// A labelled tick at each power of ten, or at each second, third ... where they are many, with ticks between; at round values where
    /// fewer than two powers are in the range.
    /// </summary>
    public static ITickGenerator Between(double from, double to)
    {
        // Round values of a range that is hardly one would all read the same.
        if (to - from < 1e-7)
            return new NumericManual([from + (to - from) / 2], [TickLabels.Number(Math.Pow(10, from))]);
        var (first, last) = ((int)Math.Ceiling(from), (int)Math.Floor(to));
        return last > first ? Decades(first, last) : RoundValues(Math.Pow(10, from), Math.Pow(10, to));
    }

    private static NumericManual RoundValues(double from, double to)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(to - from)) - 1);
        var step = new[] { 1, 2, 5, 10, 20 }.Select(factor => factor * power).First(step => (to - from) / step <= MostLabels);
        var ticks = new NumericManual();
        for (var multiple = Math.Ceiling(from / step); multiple * step <= to; multiple++)
            ticks.AddMajor(Math.Log10(multiple * step), TickLabels.Number(multiple * step));
        return ticks;
    }

    private static NumericManual Decades(int first, int last)
    {
        var step = 1 + (last - first) / MostLabels;
        var ticks = new NumericManual();
        for (var decade = first - 1; decade <= last; decade++)
        {
            if (decade >= first && decade % step == 0)
                ticks.AddMajor(decade, TickLabels.PowerOfTen(decade));
            else if (decade >= first)
                ticks.AddMinor(decade);
            for (var digit = 2; step == 1 && digit < 10; digit++)
                ticks.AddMinor(decade + Math.Log10(digit));
        }
        return ticks;
    }
}
