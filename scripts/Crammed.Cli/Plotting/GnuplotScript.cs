using System.Globalization;
using System.Text;

namespace Crammed.Cli.Plotting;

/// <summary>A plot in gnuplot's language. Text is quoted so that nothing in it is a command, and drawn without markup.</summary>
internal static class GnuplotScript
{
    // Okabe and Ito's colours, which the colour-blind can tell apart.
    private static readonly string[] colours = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000"];

    private const int FewLines = 3;

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
            double previous = series[i].X[0];
            foreach (var (x, y) in series[i].X.Zip(series[i].Y))
            {
                // gnuplot begins a new line after an empty one.
                string gap = Math.Abs(x - previous) > series[i].LargestGap ? "\n" : "";
                script.Append(CultureInfo.InvariantCulture, $"{gap}{x:R} {y:R}\n");
                previous = x;
            }
            script.Append("END\n");
        }
    }

    private static void AppendPlot(StringBuilder script, IReadOnlyList<PlotSeries> series)
    {
        int ordinary = series.Count(line => !line.IsReference), references = 0;
        script.Append("plot ");
        for (int i = 0; i < series.Count; i++)
        {
            string look = series[i].IsReference ? ReferenceLook(references++) : Look(i - references, ordinary);
            string style = series[i].ShowsPoints ? $"linespoints pointtype 7 pointsize {(ordinary <= FewLines ? "0.8" : "0.4")}" : "lines";
            script.Append(i == 0 ? "" : ", ").Append(
                CultureInfo.InvariantCulture, $"$series{i} using 1:2 with {style} {look} title {Quote(series[i].Name)}");
        }
        script.Append('\n');
    }

    /// <summary>
    /// Of a few lines later ones are thinner, so that lines which coincide still show each colour; of many the colours come back dashed.
    /// </summary>
    private static string Look(int index, int count)
    {
        int width = count <= FewLines ? 2 * (count - index) : 2;
        string dashes = index < colours.Length ? "" : $" dashtype {1 + index / colours.Length}";
        return string.Create(CultureInfo.InvariantCulture, $"linewidth {width} linecolor '{colours[index % colours.Length]}'{dashes}");
    }

    private static string ReferenceLook(int index) =>
        string.Create(CultureInfo.InvariantCulture, $"linewidth 1.5 linecolor '#808080' dashtype {2 + index}");

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
