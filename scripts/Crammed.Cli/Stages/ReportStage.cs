using Crammed.Cli.Plotting;
using Crammed.Cli.Reports;
using Crammed.Files;

namespace Crammed.Cli.Stages;

/// <summary>The report of a run: text, and its plots as SVG and PNG.</summary>
internal static class ReportStage
{
    /// <summary>The report's file.</summary>
    public const string Report = "report.md";

    /// <summary>Writes FOLDER/report.md and its plots, loss and difference, as .svg and .png; returns the report's path.</summary>
    /// <exception cref="ArgumentException">No step, a step without noisy runs, or a loss that cannot be drawn.</exception>
    /// <exception cref="PlottingException">The drawing library or its font is missing.</exception>
    public static string Run(DemoReport report, string folder)
    {
        var text = DemoReportText.Write(report);
        var plots = LossPlots.Of(report).ToList();
        foreach (var (_, plot) in plots)
            plot.Validate();
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, Report);
        AtomicFile.WriteText(path, text);
        foreach (var (file, plot) in plots)
        {
            Plotter.Draw(plot, Path.Combine(folder, file));
            Plotter.Draw(plot, Path.Combine(folder, Path.ChangeExtension(file, ".png")));
        }
        return path;
    }
}
