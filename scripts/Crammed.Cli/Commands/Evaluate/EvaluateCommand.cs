using Crammed.Cli.Hosting;
using Crammed.Cli.Reports;
using Crammed.Cli.Settings;
using Crammed.Cli.Stages;
using Crammed.Model;
using Crammed.Text;

namespace Crammed.Cli.Commands.Evaluate;

/// <summary><c>crammed evaluate</c>: scores of a model with adapters and head, trained or initial, on a task's evaluation split.</summary>
internal sealed class EvaluateCommand : ICommandHandler<EvaluateSettings>
{
    /// <inheritdoc/>
    public async Task<int> RunAsync(RunContext<EvaluateSettings> context, CancellationToken cancellationToken)
    {
        var settings = context.Settings;
        if (settings.Fhe is not null)
            return await EncryptedEvaluate.RunAsync(context, cancellationToken);
        settings.Impl.Apply();
        string? adapters = context.ResolveOptional(settings.Adapters), plan = context.ResolveOptional(settings.Plan);
        if (Directory.Exists(adapters))
            return await FineTunedEvaluate.RunAsync(context, adapters, cancellationToken);
        var weights = adapters is null ? TrainedWeights.Initial(WeightFiles.ReadPlan(plan!)) : WeightFiles.ReadAdapters(adapters);
        string devFile = Path.Combine(context.Resolve(settings.Export), StageFiles.Dev);
        var input = new EvaluateInput
        {
            ModelFolder = context.Resolve(settings.Model),
            DevFile = devFile,
            Task = TaskOf(devFile, context.Resolve(settings.Model), TaskSettings.Catalog(context.Configurations)),
            Weights = weights,
        };
        using var stage = EvaluateStage.Load(input);
        var folder = context.CreateOutputFolder(settings.Name, input.ModelFolder, input.DevFile, adapters, plan);
        var outcome = stage.Run(folder.FullPath, cancellationToken);
        await Lines(outcome, folder.ShownPath).WriteAsync(context.Output);
        return ExitCode.Success;
    }

    /// <summary>The task of an exported split.</summary>
    /// <exception cref="InvalidDataException">The configuration has no such task, or the split does not belong to the model.</exception>
    internal static TaskDescription TaskOf(
        string file, string modelFolder, IReadOnlyDictionary<string, TaskDescription> tasks, bool needsEmbeddings = true)
    {
        string name = ExportedSplit.Open(file, TaskSplit.Dev, modelFolder, needsEmbeddings).Description.Task;
        return tasks.TryGetValue(name, out var task)
            ? task
            : throw new InvalidDataException($"{file}: holds the unknown task '{name}'; the tasks are {string.Join(", ", tasks.Keys)}");
    }

    /// <summary>Scores in words.</summary>
    internal static ResultLines Lines(EvaluateOutcome outcome, string folder)
    {
        var lines = new ResultLines().Add("task", $"{outcome.Task.Name}, {NumberText.Count(outcome.Examples)} examples for evaluation");
        foreach (var score in outcome.Scores)
        {
            string remark = score.IsNearChance ? "; not two standard errors above it" : "";
            lines.Add(
                score.Metric, $"{NumberText.Score(score.Value, score.StandardError)} (chance: {NumberText.Score(score.Chance)}{remark})");
        }
        return lines.Add("files", $"{folder}/{StageFiles.Predictions}, {StageFiles.Metrics}");
    }
}
