using Crammed.Cli.Configuration;
using Crammed.Cli.Hosting;
using Crammed.Cli.Plotting;
using Crammed.Cli.Reports;
using Crammed.Cli.Settings;
using Crammed.Cli.Stages;

namespace Crammed.Cli.Commands.Study;

/// <summary><c>crammed study</c>: variants of a model pretrained and fine-tuned alike, several seeds each, in one table.</summary>
internal sealed class StudyCommand : ICommandHandler<StudySettings>
{
    private const string PlotFile = "held-out.svg";

    private readonly Lock _lock = new();

    /// <inheritdoc/>
    public async Task<int> RunAsync(RunContext<StudySettings> context, CancellationToken cancellationToken)
    {
        var settings = context.Settings;
        var runs = StudyRun.All(settings);
        foreach (var run in runs)
            RequireValid(context.Configurations, run);
        var folder = Folder(context);
        var results = runs.Select(run => settings.Resume is null ? null : Read(context, run)).OfType<StudyResult>().ToList();
        Write(context, folder, results);
        using (var display = context.Display())
            await RunAllAsync(context, folder, runs, results, display, cancellationToken);
        await context.Output.WriteAsync(Report(context, results).Table());
        await new ResultLines()
            .Add("report", $"{folder.ShownPath}/{StudyReport.File}")
            .Add("figures", $"{folder.ShownPath}/{StudyReport.TableFile}")
            .Add("plot", $"{folder.ShownPath}/{PlotFile}")
            .WriteAsync(context.Output);
        return ExitCode.Success;
    }

    /// <summary>Composes and binds a run's commands, so that a wrong word is found before hours of work.</summary>
    private static void RequireValid(ConfigurationFolder configurations, StudyRun run)
    {
        ConfigurationLoader.Load<PretrainSettings>(configurations, "cfg_pretrain", run.PretrainWords);
        foreach (var words in ConfigurationSweep.Expand(configurations, TaskSettings.GroupName, run.FinetuneWords ?? []))
        {
            if (words.Count > 0)
                ConfigurationLoader.Load<FinetuneRunSettings>(configurations, "cfg_finetune", words);
        }
    }

    private static OutputFolder Folder(RunContext<StudySettings> context)
    {
        var settings = context.Settings;
        if (settings.Resume is not { } resume)
            return context.CreateOutputFolder(settings.Name, NameTaken.Refuse);
        ResumedRun.Require(context, settings.Name, resume, ["config.yaml"]);
        return context.CreateOutputFolder(settings.Name, NameTaken.Continue);
    }

    private static StudyResult? Read(RunContext<StudySettings> context, StudyRun run) =>
        StudyResult.Read(run, context.Settings.Study.Tasks, context.Resolve(OutputFolder.Parent));

    private async Task RunAllAsync(
        RunContext<StudySettings> context, OutputFolder folder, IReadOnlyList<StudyRun> runs, List<StudyResult> results,
        StageDisplay display, CancellationToken cancellation)
    {
        var process = new StudyProcess(context.Resolve("."), context.Configurations.FullPath);
        var left = runs.Where(run => results.All(result => result.Run.Name != run.Name)).ToList();
        var options = new ParallelOptions
        {
            MaxDegreeOfParallelism = context.Settings.Parallel == 0 ? Environment.ProcessorCount : context.Settings.Parallel,
            CancellationToken = cancellation,
        };
        await System.Threading.Tasks.Parallel.ForEachAsync(left, options, async (run, cancelled) =>
        {
            await process.RunAsync(
                run, context.Resolve(OutputFolder.Parent), context.Settings.Resume is not null,
                command => Show(display, results.Count, runs.Count, command), cancelled);
            var result = Read(context, run)
                ?? throw new InvalidOperationException($"outputs/{run.Name} and outputs/{run.TasksName} are incomplete after their commands");
            lock (_lock)
                results.Add(result);
            Show(display, results.Count, runs.Count, null);
            Write(context, folder, results);
        });
    }

    private void Show(StageDisplay display, int done, int total, string? command)
    {
        lock (_lock)
            display.Report(new StageProgress("study", done, total, "runs", command));
    }

    private static StudyReport Report(RunContext<StudySettings> context, IReadOnlyList<StudyResult> results) => new(
        context.Settings.Study, results, MachineFacts.OfThis(), SourceVersion.Of(AppContext.BaseDirectory),
        string.Join(
            ' ', ["scripts/crammed", "study", .. context.Overrides.Where(word => !word.StartsWith("resume=", StringComparison.Ordinal))]));

    /// <summary>Everything known so far, so that an interruption loses none of it.</summary>
    private void Write(RunContext<StudySettings> context, OutputFolder folder, List<StudyResult> results)
    {
        LinePlot? plot;
        lock (_lock)
        {
            var report = Report(context, results);
            folder.WriteText(StudyReport.File, report.ToMarkdown());
            report.Figures().Write(folder.PathOf(StudyReport.TableFile));
            plot = report.Plot();
            context.Keep($"{results.Count} complete runs in {folder.ShownPath}; to go on, repeat the command with resume={folder.ShownPath}");
        }
        if (plot is not null)
            context.Plot(plot, folder.PathOf(PlotFile));
    }
}
