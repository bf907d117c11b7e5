using Crammed.Cli.Encryption;
using Crammed.Cli.Hosting;
using Crammed.Cli.Reports;
using Crammed.Cli.Settings;
using Crammed.Cli.Stages;

namespace Crammed.Cli.Commands.Finetune;

/// <summary>
/// <c>crammed finetune fhe=... eval/tasks=A,B</c> without a plan: for each task everything from its text to a score, in outputs/NAME/TASK. The
/// same command goes on where it was stopped.
/// </summary>
internal static class EncryptedTasks
{
    public static async Task<int> RunAsync(RunContext<FinetuneCommandSettings> context, CancellationToken cancellation)
    {
        var settings = context.Settings;
        settings.Impl.Apply();
        var tasks = context.Sweep.Select(each => (Configuration: each, Name: each.Settings.Eval.Tasks.Name)).ToList();
        foreach (var (configuration, _) in tasks)
            ModelFolder.Configuration(context.Resolve(configuration.Settings.Model));
        var folder = ResumedRun.Continued(context, settings.Name, [.. tasks.Select(task => $"{task.Name}/{OutputFolder.Marker}")]);
        foreach (var (configuration, name) in tasks)
        {
            Directory.CreateDirectory(folder.PathOf(name));
            folder.WriteText($"{name}/{OutputFolder.Marker}", configuration.ToYaml());
        }
        context.Keep($"what is done in {folder.ShownPath}; the same command goes on from there");
        var lines = new ResultLines();
        var summary = new CsvTable("task", "metric", "value", "standard_error", "chance", "first_loss", "last_loss");
        foreach (var (configuration, name) in tasks)
        {
            var pipeline = new EncryptedPipeline(Input(context, configuration.Settings), folder.PathOf(name), StageConsole.Of(context));
            var found = await TrainAsync(context, pipeline, configuration.Settings, cancellation);
            ReportStage.Run(EncryptedReportBuilder.Build(found), folder.PathOf(name), context.Notices.WriteLine);
            var (losses, scores) = (found.Training!.Losses, found.Training.Scores!.Encrypted);
            foreach (var score in scores)
                summary.AddRow(name, score.Metric, score.Value, score.StandardError, score.Chance, losses[0], losses[^1]);
            summary.Write(folder.PathOf(StageFiles.Summary));
            var main = scores[0];
            context.AddResult(tasks.Count == 1 ? main.Metric : $"{name}.{main.Metric}", main.Value, main.Chance);
            lines.Add(name, $"{main.Metric} {NumberText.Score(main.Value, main.StandardError)} (chance: {NumberText.Score(main.Chance)}); "
                + $"loss {NumberText.Loss(losses[0])} to {NumberText.Loss(losses[^1])} in {losses.Count} steps");
            cancellation.ThrowIfCancellationRequested();
        }
        await lines.Add("files", $"{folder.ShownPath}/{StageFiles.Summary}, TASK/{ReportStage.Report}").WriteAsync(context.Output);
        return ExitCode.Success;
    }

    private static async Task<EncryptedFindings> TrainAsync(
        RunContext<FinetuneCommandSettings> context, EncryptedPipeline pipeline, FinetuneCommandSettings settings, CancellationToken cancellation)
    {
        pipeline.Prepare(cancellation);
        var seed = settings.Fhe == FheMode.Simulate ? settings.NoiseSeed : (int?)null;
        var clear = pipeline.TrainOnClearSlots(seed, cancellation);
        if (settings.Fhe != FheMode.Execute)
        {
            var known = pipeline.Compare(clear.Weights, null, cancellation);
            return Found(new TrainingFindings(pipeline.Draw, clear.Weights, clear.Losses, known.Training, null, [], known.Scores));
        }
        var noisy = pipeline.TrainWithNoise(settings.NoiseRuns, cancellation);
        pipeline.Encrypt(cancellation);
        var trained = await pipeline.TrainAsync(cancellation);
        var evaluation = await pipeline.EvaluateAsync(cancellation);
        var plaintext = pipeline.Compare(trained.Weights, evaluation, cancellation);
        var training = new TrainingFindings(
            pipeline.Draw, trained.Weights, trained.Losses, plaintext.Training, clear.Losses, noisy, plaintext.Scores);
        return Found(training) with { Evaluation = plaintext.Evaluation, Run = trained.Run, Files = pipeline.TrainingFiles };

        EncryptedFindings Found(TrainingFindings findings) => new()
        {
            Name = settings.Name,
            Task = pipeline.Export.Task.Name,
            ModelFolder = context.Resolve(settings.Model),
            Plan = pipeline.Plan,
            Mode = settings.Fhe!.Value,
            Training = findings,
            Stages = pipeline.StageSeconds,
            Command = context.CommandLine("finetune"),
        };
    }

    private static PipelineInput Input(RunContext<FinetuneCommandSettings> context, FinetuneCommandSettings settings) => new()
    {
        ModelFolder = context.Resolve(settings.Model),
        Task = settings.Eval.Tasks.ToDefinition(),
        GlueFolder = context.ResolveOptional(settings.Data.Glue),
        WordNetFolder = context.Resolve(settings.Data.Wordnet),
        TrainLimit = settings.TrainLimit,
        DevLimit = settings.DevLimit,
        FineTuning = settings.Eval.Finetune.ToFineTuningSettings(),
        Seed = settings.Eval.Finetune.Seed,
        EncryptedExamples = settings.Eval.EncryptedExamples,
        Planning = settings.Planning,
        CostFiles = [.. settings.Planning.Costs.Select(context.Resolve)],
        Encryption = settings.He,
        Threads = settings.Impl.ThreadCount,
    };
}
