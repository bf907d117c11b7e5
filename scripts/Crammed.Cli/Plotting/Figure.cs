extern alias ScottPlotPackage;

using System.Text;
using ScottPlotPackage::ScottPlot;
using ScottPlotPackage::ScottPlot.Plottables;
using ScottPlotPackage::ScottPlot.TickGenerators;

namespace Crammed.Cli.Plotting;

/// <summary>A plot as ScottPlot draws it.</summary>
internal static class Figure
{
    private const int FewLines = 3;
    private const int FewNames = 4;
    private const float FontSize = 14;
    private const float MarkPixels = 130;

    // Okabe and Ito's colours, which the colour-blind can tell apart. The last is black but for its name in SVG.
    private static readonly Color[] Colours =
        [.. new[] { "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#010101" }.Select(hex => Color.FromHex(hex))];

    private static readonly LinePattern[] Patterns =
        [LinePattern.Solid, LinePattern.Dashed, LinePattern.Dotted, LinePattern.DenselyDashed];

    /// <summary>The figure.</summary>
    /// <param name="plot">A valid plot.</param>
    /// <exception cref="PlottingException">The font is missing.</exception>
    public static Plot Of(PlotDescription plot)
    {
        PlotFont.Install();
        var figure = new Plot();
        switch (plot)
        {
            case LinePlot lines:
                AddSeries(figure, lines);
                StyleAxes(figure, plot);
                AddTicks(figure, lines);
                StyleLegend(figure, lines.Series.Count);
                break;
            case BarPlot bars:
                StyleAxes(figure, plot);
                BarFigure.Add(figure, bars);
                StyleLegend(figure, bars.Series.Count);
                break;
            default:
                throw new ArgumentException($"{plot.GetType().Name} is no plot that can be drawn", nameof(plot));
        }
        return figure;
    }

    /// <summary>A colour of the palette, whose colours come again after the last.</summary>
    public static Color ColourOf(int place) => Colours[place % Colours.Length];

    /// <summary>A text with control characters as spaces and what is no character replaced, so that every format can hold it.</summary>
    public static string OneLine(string text) =>
        string.Concat(text.EnumerateRunes().Select(rune => Rune.IsControl(rune) ? " " : rune.ToString()));

    private static void AddSeries(Plot figure, LinePlot plot)
    {
        var ordinary = plot.Series.Count(series => !series.IsReference);
        var references = 0;
        for (var i = 0; i < plot.Series.Count; i++)
        {
            var series = plot.Series[i];
            var index = i - references;
            var colour = series.Colour is { } place ? ColourOf(place) : series.IsReference ? Color.FromHex("#7F7F7F") : ColourOf(index);
            if (series.RawY is { } raw)
                Style(Scatter(figure, plot, series, raw), colour.WithAlpha(0.3), 1, 0, 0);
            var line = Scatter(figure, plot, series, series.Y);
            line.LegendText = OneLine(series.Name);
            var round = series.IsReference ? 1 + references++ : ordinary <= FewLines ? index / 2 : index / Colours.Length;
            var width = series.IsReference ? 1.5f : ordinary <= FewLines ? 1 + ordinary - index : 2;
            Style(line, colour, series.ShowsLine ? width : 0, round, series.ShowsPoints ? ordinary <= FewLines ? 8 : 5 : 0);
        }
    }

    /// <summary>
    /// Lines of one colour are told apart by their round: later ones have other dashes and are a little thinner. Of a few lines the third
    /// is dashed and each thinner than the one before, so that lines which coincide still show each colour.
    /// </summary>
    private static void Style(Scatter line, Color colour, float width, int round, float marker)
    {
        line.Color = colour;
        line.LineWidth = Math.Max(0, width - 0.125f * Math.Min(round, 4));
        line.LinePattern = Patterns[round % Patterns.Length];
        line.MarkerSize = marker;
    }

    private static Scatter Scatter(Plot figure, LinePlot plot, PlotSeries series, IReadOnlyList<double> values)
    {
        var points = new List<Coordinates>();
        for (var i = 0; i < values.Count; i++)
        {
            // A line ends at a point that is not a number.
            if (i > 0 && Math.Abs(series.X[i] - series.X[i - 1]) > series.LargestGap)
                points.Add(Coordinates.NaN);
            points.Add(new Coordinates(
                plot.HasLogX ? Math.Log10(series.X[i]) : series.X[i], plot.HasLogY ? Math.Log10(values[i]) : values[i]));
        }
        return figure.Add.Scatter(points);
    }

    private static void StyleAxes(Plot figure, PlotDescription plot)
    {
        figure.Title(OneLine(plot.Title), FontSize + 2);
        figure.XLabel(OneLine(plot.XLabel), FontSize);
        figure.Axes.Bottom.TickLabelStyle.FontSize = figure.Axes.Left.TickLabelStyle.FontSize = FontSize - 1;
        figure.Axes.Right.FrameLineStyle.IsVisible = figure.Axes.Top.FrameLineStyle.IsVisible = false;
        figure.Grid.MajorLineColor = Color.FromHex("#E0E0E0");
        figure.Axes.Margins(0.02, 0.05);
    }

    private static void AddTicks(Plot figure, LinePlot plot)
    {
        figure.YLabel(OneLine(plot.YLabel), FontSize);
        var limits = figure.Axes.GetLimits();
        figure.Axes.Bottom.TickGenerator = plot.XMarks.Count > 0
            ? Marks(figure, plot.XMarks)
            : Ticks(plot.HasLogX, limits.Left, limits.Right, plot.Series.SelectMany(series => series.X));
        figure.Axes.Left.TickGenerator = Ticks(plot.HasLogY, limits.Bottom, limits.Top, plot.Series.SelectMany(series => series.Y));
    }

    /// <summary>Names under their places, slanted so that long ones do not meet.</summary>
    private static NumericManual Marks(Plot figure, IReadOnlyList<PlotMark> marks)
    {
        var labels = figure.Axes.Bottom.TickLabelStyle;
        (labels.Rotation, labels.Alignment) = (30, Alignment.MiddleLeft);
        figure.Grid.XAxisStyle.IsVisible = false;
        figure.Axes.Bottom.MinimumSize = MarkPixels;
        return new NumericManual([.. marks.Select(mark => mark.X)], [.. marks.Select(mark => OneLine(mark.Name))]);
    }

    private static ITickGenerator Ticks(bool isLogarithmic, double from, double to, IEnumerable<double> values) => isLogarithmic
        ? LogarithmicTicks.Between(from, to)
        : new NumericAutomatic
        {
            // Zero is the sum of steps that are rounded.
            LabelFormatter = value => TickLabels.Number(Math.Abs(value) < 1e-9 * (to - from) ? 0 : value),
            // ScottPlot takes whole numbers for 32-bit ones.
            IntegerTicksOnly = to - from > 2 && to < int.MaxValue && from > int.MinValue && values.All(double.IsInteger),
        };

    private static void StyleLegend(Plot figure, int names)
    {
        var isAbove = names <= FewNames;
        var panel = figure.ShowLegend(isAbove ? Edge.Top : Edge.Right);
        panel.Padding = new PixelPadding(4);
        figure.Legend.Orientation = isAbove ? Orientation.Horizontal : Orientation.Vertical;
        figure.Legend.FontSize = FontSize - 1;
        figure.Legend.SymbolWidth = 32;
        figure.Legend.TightHorizontalWrapping = true;
        figure.Legend.OutlineWidth = 0;
        figure.Legend.ShadowColor = Colors.Transparent;
    }
}
