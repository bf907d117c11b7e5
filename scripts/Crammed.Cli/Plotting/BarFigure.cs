extern alias ScottPlotPackage;

using ScottPlotPackage::ScottPlot;
using ScottPlotPackage::ScottPlot.TickGenerators;

namespace Crammed.Cli.Plotting;

/// <summary>Bars as ScottPlot draws them.</summary>
internal static class BarFigure
{
    /// <summary>How much of a row its bars take together.</summary>
    private const double Filled = 0.76;

    /// <summary>Adds bars and names of the rows, whose first is on top.</summary>
    public static void Add(Plot figure, BarPlot plot)
    {
        var thickness = Filled / plot.Series.Count;
        for (var i = 0; i < plot.Series.Count; i++)
        {
            var (series, colour, offset) = (plot.Series[i], Figure.ColourOf(i), Filled / 2 - (i + 0.5) * thickness);
            Bar[] rows =
            [
                .. series.Values.Select((value, row) => new Bar
                {
                    Position = -row + offset, Value = value, Size = thickness, FillColor = colour, LineColor = colour, LineWidth = 0,
                }),
            ];
            var bars = figure.Add.Bars(rows);
            bars.Horizontal = true;
            bars.LegendText = Figure.OneLine(series.Name);
        }
        figure.Axes.Left.TickGenerator = new NumericManual(
            [.. plot.Rows.Select((_, row) => -(double)row)], [.. plot.Rows.Select(Figure.OneLine)]);
        figure.Axes.Left.MajorTickStyle.Length = 0;
        figure.Axes.Margins(left: 0, right: 0.05, bottom: 0.02, top: 0.02);
        figure.Axes.Bottom.TickGenerator = new NumericAutomatic { LabelFormatter = TickLabels.Number };
        figure.Grid.YAxisStyle.IsVisible = false;
    }
}
