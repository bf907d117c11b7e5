using Crammed.Cli.Hosting;
using Crammed.Cli.Reports;
using Crammed.Cli.Settings;
using Crammed.Cli.Stages;

namespace Crammed.Cli.Commands.ExportGlue;

/// <summary><c>crammed export-glue</c>: a task to outputs/NAME/train.parquet and dev.parquet.</summary>
internal sealed class ExportGlueCommand : ICommandHandler<ExportGlueSettings>
{
    /// <inheritdoc/>
    public async Task<int> RunAsync(RunContext<ExportGlueSettings> context, CancellationToken cancellationToken)
    {
        var settings = context.Settings;
        settings.Impl.Apply();
        var input = new ExportInput
        {
            ModelFolder = context.Resolve(settings.Model),
            Task = settings.Eval.Tasks.ToDefinition(),
            GlueFolder = context.ResolveOptional(settings.Data.Glue),
            WordNetFolder = context.Resolve(settings.Data.Wordnet),
            TrainLimit = settings.TrainLimit,
            DevLimit = settings.DevLimit,
            Seed = settings.Seed,
        };
        OutputFolder folder;
        ExportOutcome outcome;
        using (var display = context.Display())
        using (var stage = ExportStage.Load(input))
        {
            folder = context.CreateOutputFolder(settings.Name, input.ModelFolder, input.GlueFolder);
            outcome = stage.Run(folder.FullPath, display, cancellationToken);
        }
        string kind = outcome.Task.Labels.Count == 0 ? "scores" : string.Join(", ", outcome.Task.Labels);
        await new ResultLines()
            .Add("task", $"{outcome.Task.Name} ({kind})")
            .Add(
                "examples",
                $"{NumberText.Count(outcome.TrainExamples)} for training, {NumberText.Count(outcome.DevExamples)} for evaluation")
            .Add("files", $"{folder.ShownPath}/{StageFiles.Train} and {StageFiles.Dev}, {NumberText.Bytes(outcome.Bytes)}")
            .Add("next", $"crammed finetune model={settings.Model} export={folder.ShownPath} eval/tasks={outcome.Task.Name}")
            .WriteAsync(context.Output);
        return ExitCode.Success;
    }
}
