using Crammed.Benchmarks.Bootstrapping;
using Crammed.Ckks;
using Crammed.Cli.Hosting;
using Crammed.Cli.Reports;

namespace Crammed.Cli.Commands.Bench;

/// <summary><c>crammed bench bootstrap</c>: time, precision and memory of bootstraps, beside what other libraries need.</summary>
internal sealed class BenchBootstrapCommand : ICommandHandler<BenchBootstrapSettings>
{
    /// <inheritdoc/>
    public async Task<int> RunAsync(RunContext<BenchBootstrapSettings> context, CancellationToken cancellationToken)
    {
        var settings = context.Settings;
        var plan = new BootstrappingPlan(CkksParameters.Create(NamedParameters.Find(settings.Parameters)), settings.Slots);
        var folder = context.CreateOutputFolder(settings.Name, NameTaken.Number);
        var measurement = context.Shown("keys and bootstraps", "pieces", progress => BootstrapBenchmark.Run(
            plan, settings.Impl.Threads, settings.Repetitions, progress, cancellationToken));
        var report = new BootstrapReport(measurement, MachineFacts.OfThis(), SourceVersion.Of(AppContext.BaseDirectory));
        folder.WriteText("bootstrap.md", report.ToMarkdown());
        await context.Output.WriteAsync(report.ComparisonTable());
        await context.Output.WriteLineAsync();
        await new ResultLines().Add("report", $"{folder.ShownPath}/bootstrap.md").WriteAsync(context.Output);
        return ExitCode.Success;
    }
}
