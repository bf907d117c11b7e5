using System.ComponentModel;
using System.Diagnostics;
using Crammed.Benchmarks.Engine;
using Crammed.Cli.Hosting;
using Crammed.Cli.Reports;
using Crammed.Encrypted.Planning;

namespace Crammed.Cli.Commands.Bench;

/// <summary><c>crammed bench engine</c>: times of the CKKS engine's operations, beside what other libraries need.</summary>
internal sealed class BenchEngineCommand : ICommandHandler<BenchEngineSettings>
{
    /// <inheritdoc/>
    public async Task<int> RunAsync(RunContext<BenchEngineSettings> context, CancellationToken cancellationToken)
    {
        var folder = context.CreateOutputFolder(context.Settings.Name, NameTaken.Number);
        var start = Stopwatch.GetTimestamp();
        var results = context.Shown(progress =>
            EngineSuite.Run(folder.PathOf("artifacts"), progress, cancellationToken));
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        using var process = Process.GetCurrentProcess();
        var (machine, version) = (MachineFacts.OfThis(), SourceVersion.Of(AppContext.BaseDirectory));
        var report = new EngineReport(results, machine, version, seconds, process.PeakWorkingSet64);
        report.WriteCsv(folder.PathOf("engine.csv"));
        folder.WriteText("engine.md", report.ToMarkdown());
        folder.WriteText(EngineCosts.File, CostTableText.Write(EngineCosts.OfEngine(results.Measurements, machine, version)));
        await context.Output.WriteAsync(report.ComparisonTable());
        await context.Output.WriteLineAsync();
        await new ResultLines()
            .Add("report", $"{folder.ShownPath}/engine.md")
            .Add("figures", $"{folder.ShownPath}/engine.csv")
            .Add("costs", $"{folder.ShownPath}/{EngineCosts.File}, for plan costs=[...]")
            .WriteAsync(context.Output);
        return ExitCode.Success;
    }
}

/// <summary>What <c>crammed bench engine</c> reads: cfg_bench-engine.yaml.</summary>
public sealed record BenchEngineSettings
{
    [Description("name of the run; its files go to outputs/NAME")]
    public required string Name { get; init; }
}
