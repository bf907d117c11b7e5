using Crammed.Cli.Hosting;
using Crammed.Cli.Reports;
using Crammed.Cli.Settings;
using Crammed.Cli.Stages;
using Crammed.Tables;
using Crammed.Text;

namespace Crammed.Cli.Commands.ExportGlue;

/// <summary><c>crammed export-glue</c>: a task to outputs/NAME/train and dev, several tasks to outputs/NAME/TASK.</summary>
internal sealed class ExportGlueCommand : ICommandHandler<ExportGlueSettings>
{
    /// <inheritdoc/>
    public async Task<int> RunAsync(RunContext<ExportGlueSettings> context, CancellationToken cancellationToken)
    {
        var settings = context.Settings;
        settings.Impl.Apply();
        var input = Input(context);
        if (settings.Resume is { } resume)
            ResumedRun.Require(context, settings.Name, resume, ConfigurationFiles(context));
        OutputFolder folder;
        IReadOnlyList<ExportOutcome> outcomes;
        using (var display = context.Display())
        using (var stage = ExportStage.Load(input))
        {
            folder = input.Resume
                ? context.CreateOutputFolder(settings.Name, NameTaken.Continue)
                : context.CreateOutputFolder(settings.Name, input.ModelFolder, input.GlueFolder);
            WriteConfigurations(context, folder);
            outcomes = stage.Run(folder.FullPath, display, cancellationToken, kept => context.Keep(
                $"{kept} in {folder.ShownPath}; to go on, repeat the command with resume={folder.ShownPath}"));
        }
        await Lines(settings, outcomes, folder.ShownPath).WriteAsync(context.Output);
        return ExitCode.Success;
    }

    private static ExportInput Input(RunContext<ExportGlueSettings> context)
    {
        var settings = context.Settings;
        return new ExportInput
        {
            ModelFolder = context.Resolve(settings.Model),
            Tasks = [.. context.Sweep.Select(each => each.Settings.Eval.Tasks.ToDefinition())],
            GlueFolder = context.ResolveOptional(settings.Data.Glue),
            WordNetFolder = context.Resolve(settings.Data.Wordnet),
            Splits = settings.Eval.SaveTrainData switch
            {
                true => [TaskSplit.Train],
                false => [TaskSplit.Dev],
                null => [TaskSplit.Train, TaskSplit.Dev],
            },
            Prefix = settings.Prefix,
            TrainLimit = settings.TrainLimit,
            DevLimit = settings.DevLimit,
            Seed = settings.Seed,
            Resume = settings.Resume is not null,
        };
    }

    /// <summary>Each task's config.yaml relative to the run's folder, in the order of the sweep.</summary>
    private static IReadOnlyList<string> ConfigurationFiles(RunContext<ExportGlueSettings> context) =>
        [.. context.Sweep.Select(each =>
            Path.Combine(ExportStage.FolderOf("", each.Settings.Eval.Tasks.Name, context.Sweep.Count), "config.yaml"))];

    private static void WriteConfigurations(RunContext<ExportGlueSettings> context, OutputFolder folder)
    {
        foreach (var (file, configuration) in ConfigurationFiles(context).Zip(context.Sweep))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder.PathOf(file))!);
            folder.WriteText(file, configuration.ToYaml());
        }
    }

    private static ResultLines Lines(ExportGlueSettings settings, IReadOnlyList<ExportOutcome> outcomes, string folder)
    {
        var lines = new ResultLines();
        foreach (var outcome in outcomes)
        {
            var kind = outcome.Task.Labels.Count == 0 ? "scores" : string.Join(", ", outcome.Task.Labels);
            var files = ExportStage.FolderOf(folder, outcome.Task.Name, outcomes.Count);
            lines.Add("task", $"{outcome.Task.Name} ({kind})")
                .Add("examples", string.Join(", ", outcome.Splits.Select(written =>
                    $"{NumberText.Count(written.Examples)} for {(written.Split == TaskSplit.Train ? "training" : "evaluation")}")))
                .Add("files", $"{files}/{string.Join(" and ", outcome.Splits.Select(written => Path.GetFileName(written.Folder)))}, "
                    + NumberText.Bytes(outcome.Splits.Sum(written => written.Bytes)));
        }
        return settings.Prefix == ClientPrefix.Embedding && settings.Eval.SaveTrainData != false
            ? lines.Add("next", $"crammed finetune model={settings.Model} "
                + $"export={ExportStage.FolderOf(folder, outcomes[0].Task.Name, outcomes.Count)} eval/tasks={outcomes[0].Task.Name}")
            : lines;
    }
}
