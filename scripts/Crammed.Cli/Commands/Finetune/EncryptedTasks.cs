using Crammed.Cli.Encryption;
using Crammed.Cli.Hosting;
using Crammed.Cli.Reports;
using Crammed.Cli.Settings;
using Crammed.Cli.Stages;
using Crammed.Model;

namespace Crammed.Cli.Commands.Finetune;

/// <summary>
/// <c>crammed finetune fhe=... eval/tasks=A,B</c> without a plan: for each task everything from its text to a score, in outputs/NAME/TASK. The
/// same command goes on where it was stopped.
/// </summary>
internal static class EncryptedTasks
{
    private const string Report = "report.md";

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
            var result = await TrainAsync(pipeline, configuration.Settings, cancellation);
            var score = pipeline.Stages.Timed("evaluate", () => pipeline.Score(result.Weights, "trained", cancellation)).Main;
            folder.WriteText($"{name}/{Report}", EncryptedTaskReport.Text(name, pipeline, result, score));
            summary.AddRow(name, score.Metric, score.Value, score.StandardError, score.Chance, result.Losses[0], result.Losses[^1]);
            summary.Write(folder.PathOf(StageFiles.Summary));
            context.AddResult(tasks.Count == 1 ? score.Metric : $"{name}.{score.Metric}", score.Value, score.Chance);
            lines.Add(name, $"{score.Metric} {NumberText.Score(score.Value, score.StandardError)} (chance: {NumberText.Score(score.Chance)}); "
                + $"loss {NumberText.Loss(result.Losses[0])} to {NumberText.Loss(result.Losses[^1])} in {result.Losses.Length} steps");
            cancellation.ThrowIfCancellationRequested();
        }
        await lines.Add("files", $"{folder.ShownPath}/{StageFiles.Summary}, TASK/{Report}").WriteAsync(context.Output);
        return ExitCode.Success;
    }

    private static async Task<EncryptedTaskResult> TrainAsync(
        EncryptedPipeline pipeline, FinetuneCommandSettings settings, CancellationToken cancellation)
    {
        pipeline.Prepare(cancellation);
        var seed = settings.Fhe == FheMode.Simulate ? settings.NoiseSeed : (int?)null;
        var clear = pipeline.TrainOnClearSlots(seed, cancellation);
        if (settings.Fhe != FheMode.Execute)
            return new EncryptedTaskResult(clear.Weights, clear.Losses, clear.Losses, null, null);
        pipeline.Encrypt(cancellation);
        var trained = await pipeline.TrainAsync(cancellation);
        return new EncryptedTaskResult(
            trained.Weights, trained.Losses, clear.Losses, trained.Run, await pipeline.EvaluateAsync(cancellation));
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

/// <summary>What a task's training gave.</summary>
/// <param name="Weights">Adapters and head.</param>
/// <param name="Losses">Of each step, on what it ran on.</param>
/// <param name="ClearLosses">Of each step on clear slots.</param>
/// <param name="Run">What it cost on ciphertexts; null on clear slots.</param>
/// <param name="Evaluation">Logits on ciphertexts; null where there are none.</param>
internal sealed record EncryptedTaskResult(
    TrainedWeights Weights, double[] Losses, double[] ClearLosses, EncryptedRunResult? Run, EncryptedEvaluationOutcome? Evaluation);
