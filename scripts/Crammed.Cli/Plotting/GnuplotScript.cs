using System.Globalization;
using System.Text;

namespace Crammed.Cli.Plotting;

/// <summary>A plot in gnuplot's language. Text is quoted so that nothing in it is a command, and drawn without markup.</summary>
internal static class GnuplotScript
{
    // Okabe and Ito's colours, which the colour-blind can tell apart.
    private static readonly string[] colours = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000"];

    /// <summary>The script; the picture comes on gnuplot's standard output.</summary>
    /// <param name="plot">A valid plot.</param>
    /// <param name="terminal">gnuplot's name of the output format: <c>svg</c>, <c>pngcairo</c>.</param>
    public static string Write(LinePlot plot, string terminal)
    {
        var script = new StringBuilder();
        script.Append(CultureInfo.InvariantCulture,
            $"set terminal {terminal} size {plot.Width},{plot.Height} font 'sans,13' noenhanced background '#ffffff'\n");
        script.Append(CultureInfo.InvariantCulture,
            $"set title {Quote(plot.Title)}\nset xlabel {Quote(plot.XLabel)}\nset ylabel {Quote(plot.YLabel)}\n");
        script.Append("set grid linetype 1 linecolor '#e0e0e0' linewidth 1\nset border 3\nset tics nomirror\nset key outside top center horizontal\n");
        if (plot.HasLogX)
            script.Append("set logscale x\nset format x '%g'\n");
        if (plot.HasLogY)
            script.Append("set logscale y\nset format y '%g'\n");
        AppendData(script, plot.Series);
        AppendPlot(script, plot.Series);
        return script.ToString();
    }

    private static void AppendData(StringBuilder script, IReadOnlyList<PlotSeries> series)
    {
        for (int i = 0; i < series.Count; i++)
        {
            script.Append(CultureInfo.InvariantCulture, $"$series{i} << END\n");
            foreach (var (x, y) in series[i].X.Zip(series[i].Y))
                script.Append(CultureInfo.InvariantCulture, $"{x:R} {y:R}\n");
            script.Append("END\n");
        }
    }

    private static void AppendPlot(StringBuilder script, IReadOnlyList<PlotSeries> series)
    {
        script.Append("plot ");
        for (int i = 0; i < series.Count; i++)
        {
            // Later lines are thinner, so that lines which coincide still show each colour.
            int width = 2 * (series.Count - i);
            string style = series[i].ShowsPoints ? "linespoints pointtype 7 pointsize 0.8" : "lines";
            script.Append(i == 0 ? "" : ", ").Append(
                CultureInfo.InvariantCulture,
                $"$series{i} using 1:2 with {style} linewidth {width} linecolor '{colours[i % colours.Length]}' title {Quote(series[i].Name)}");
        }
        script.Append('\n');
    }

    /// <summary>
    /// A string in gnuplot's double quotes, where only letters, digits and spaces stand for themselves. In single quotes a doubled quote
    /// at the start would end the string; in double quotes ` and @ would be expanded; an octal code is never more than its character,
    /// but gnuplot takes digits after it for a part of it, so that these are written as codes too.
    /// </summary>
    private static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        bool isAfterCode = false;
        foreach (char c in text)
        {
            bool isCode = char.IsAscii(c) && !char.IsControl(c) && c != ' '
                && (!char.IsAsciiLetterOrDigit(c) || (isAfterCode && char.IsAsciiDigit(c)));
            if (isCode)
                quoted.Append('\\').Append(Convert.ToString(c, 8).PadLeft(3, '0'));
            else
                quoted.Append(char.IsControl(c) ? ' ' : c);
            isAfterCode = isCode;
        }
        return quoted.Append('"').ToString();
    }
}
