using Crammed.Cli.Plotting;
using Crammed.Cli.Reports;
using Crammed.Files;

namespace Crammed.Cli.Stages;

/// <summary>The report of a run: text, and its plot as SVG and PNG.</summary>
internal static class ReportStage
{
    /// <summary>The report's file.</summary>
    public const string Report = "report.md";

    private const string Bitmap = "loss.png";

    /// <summary>Writes FOLDER/report.md, FOLDER/loss.svg and FOLDER/loss.png; returns the report's path.</summary>
    /// <exception cref="ArgumentException">No step, a step without noisy runs, or a loss that cannot be drawn.</exception>
    /// <exception cref="PlottingException">The drawing program is missing or failed.</exception>
    public static async Task<string> RunAsync(DemoReport report, string folder, IPlotter plotter, CancellationToken cancellation)
    {
        string text = DemoReportText.Write(report);
        var plot = PlotOf(report);
        plot.Validate();
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, Report);
        AtomicFile.WriteText(path, text);
        await plotter.DrawAsync(plot, Path.Combine(folder, DemoReportText.Picture), cancellation);
        await plotter.DrawAsync(plot, Path.Combine(folder, Bitmap), cancellation);
        return path;
    }

    private static LinePlot PlotOf(DemoReport report)
    {
        double[] steps = [.. report.Losses.Select(step => (double)step.Step)];
        return new LinePlot
        {
            Title = $"Loss on {report.Run.Task}",
            XLabel = "step",
            YLabel = "loss",
            Series =
            [
                new PlotSeries("encrypted", steps, [.. report.Losses.Select(step => step.Encrypted)], ShowsPoints: true),
                new PlotSeries("plaintext twin", steps, [.. report.Losses.Select(step => step.Twin)]),
                new PlotSeries("polynomials, clear", steps, [.. report.Losses.Select(step => step.ClearCircuit)]),
            ],
        };
    }
}
