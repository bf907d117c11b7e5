using Crammed.Cli.Plotting;
using Crammed.Cli.Reports;
using Crammed.Files;

namespace Crammed.Cli.Stages;

/// <summary>The report of a run by a plan's programs: text, and its plots as SVG and PNG.</summary>
internal static class ReportStage
{
    /// <summary>The report's file.</summary>
    public const string Report = "report.md";

    /// <summary>
    /// Writes FOLDER/report.md and its plots as .svg and .png; returns the report's path. Hours of work are worth more than their pictures:
    /// where one cannot be drawn, a notice says why.
    /// </summary>
    public static string Run(EncryptedReport report, string folder, Action<string> say)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, Report);
        AtomicFile.WriteText(path, EncryptedReportText.Write(report));
        foreach (var (file, plot) in ReportPlots.Of(report))
        {
            try
            {
                Plotter.Draw(plot, Path.Combine(folder, file));
                Plotter.Draw(plot, Path.Combine(folder, Path.ChangeExtension(file, ".png")));
            }
            catch (Exception exception) when (exception is PlottingException or ArgumentException)
            {
                say($"no {file}: {exception.Message}");
            }
        }
        return path;
    }
}
