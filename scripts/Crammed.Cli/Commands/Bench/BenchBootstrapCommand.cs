using Crammed.Benchmarks.Bootstrapping;
using Crammed.Cli.Hosting;
using Crammed.Cli.Progress;
using Crammed.Cli.Reports;
using Crammed.Cli.Stages;
using Crammed.Encrypted.Planning;
using Crammed.Files;

namespace Crammed.Cli.Commands.Bench;

/// <summary><c>crammed bench bootstrap</c>: time, precision and memory of bootstraps, beside what other libraries need.</summary>
internal sealed class BenchBootstrapCommand : ICommandHandler<BenchBootstrapSettings>
{
    private const string MeasurementFolder = "measurements";

    /// <inheritdoc/>
    public async Task<int> RunAsync(RunContext<BenchBootstrapSettings> context, CancellationToken cancellationToken)
    {
        BootstrapConfiguration[] configurations = [.. context.Settings.Configurations()];
        var folder = context.CreateOutputFolder(context.Settings.Name, NameTaken.Number);
        Directory.CreateDirectory(folder.PathOf(MeasurementFolder));
        var measurements = new List<BootstrapMeasurement>();
        using (var display = context.Display())
        {
            foreach (var configuration in configurations)
            {
                measurements.Add(await BootstrapChild.RunAsync(
                    configuration,
                    folder.PathOf($"{MeasurementFolder}/{configuration.ParameterSet}-{configuration.Slots}.json"),
                    Shown(display, configuration, measurements.Count + 1, configurations.Length),
                    cancellationToken));
                // What is measured is reported at once, so that an interruption loses none of it.
                Write(context, folder, Report(context, measurements), configurations.Length);
            }
        }
        await context.Output.WriteAsync(Report(context, measurements).ComparisonTable());
        await context.Output.WriteLineAsync();
        await new ResultLines()
            .Add("report", $"{folder.ShownPath}/{BootstrapReport.File}")
            .Add("figures", $"{folder.ShownPath}/{{{string.Join(',', BootstrapTables.Files)}}}")
            .Add("plots", $"{folder.ShownPath}/{BootstrapPlot.FilePattern}")
            .WriteAsync(context.Output);
        return ExitCode.Success;
    }

    private static RelayedProgress<WorkProgress> Shown(
        ProgressDisplay display, BootstrapConfiguration configuration, int number, int total) => new(state =>
            display.Report(new WorkProgress(
                $"{number}/{total} {configuration.ParameterSet}, {NumberText.Count(configuration.Slots)} slots: {state.Title}",
                state.Done, state.Total, state.Unit, state.Detail)));

    private static BootstrapReport Report(
        RunContext<BenchBootstrapSettings> context, IReadOnlyList<BootstrapMeasurement> measurements) => new(
        measurements, MachineFacts.OfThis(), SourceVersion.Of(AppContext.BaseDirectory),
        string.Join(' ', ["scripts/crammed", "bench", "bootstrap", .. context.Overrides]));

    private static void Write(RunContext<BenchBootstrapSettings> context, OutputFolder folder, BootstrapReport report, int total)
    {
        BootstrapTables.Write(report.Measurements, folder);
        folder.WriteText(BootstrapReport.File, report.ToMarkdown());
        if (report.Measurements.FirstOrDefault(EngineCosts.IsOfPrograms) is { } measured)
        {
            folder.WriteText(EngineCosts.File, CostTableText.Write(
                EngineCosts.OfBootstrap(measured, MachineFacts.OfThis(), SourceVersion.Of(AppContext.BaseDirectory))));
        }
        context.Keep($"the report of {report.Measurements.Count} of {total} configurations in {folder.ShownPath}");
        foreach (var (file, plot) in BootstrapPlot.Of(report.Measurements[^1]))
            context.Plot(plot, folder.PathOf(file));
    }
}
