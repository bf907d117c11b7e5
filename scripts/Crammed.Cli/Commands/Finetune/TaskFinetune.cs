using Crammed.Cli.Hosting;
using Crammed.Cli.Reports;
using Crammed.Cli.Settings;
using Crammed.Cli.Stages;

namespace Crammed.Cli.Commands.Finetune;

/// <summary><c>crammed finetune mode=lora|full</c>: fine-tuning on one task or several from their text, in plaintext.</summary>
internal static class TaskFinetune
{
    public static async Task<int> RunAsync(RunContext<FinetuneRunSettings> context, CancellationToken cancellation)
    {
        context.Settings.Impl.Apply();
        var tasks = context.Sweep.Select(each => (Configuration: each, Stage: FineTuneStage.Load(Input(context, each.Settings)))).ToList();
        var folder = context.CreateOutputFolder(
            context.Settings.Name, context.Resolve(context.Settings.Model), context.ResolveOptional(context.Settings.Data.Glue));
        var outcomes = new List<FineTuneOutcome>();
        using (var display = context.Display())
        {
            foreach (var (configuration, stage) in tasks)
            {
                string task = configuration.Settings.Eval.Tasks.Name;
                Directory.CreateDirectory(folder.PathOf(task));
                folder.WriteText($"{task}/config.yaml", configuration.ToYaml());
                outcomes.Add(stage.Run(folder.PathOf(task), display, cancellation));
                Tables.Scores(outcomes).Write(folder.PathOf(StageFiles.Metrics));
                Tables.Summary(outcomes).Write(folder.PathOf(StageFiles.Summary));
                context.Keep($"{folder.ShownPath}: {outcomes.Sum(outcome => outcome.Runs.Count(run => !run.Training.Interrupted))} runs"
                    + (outcomes[^1].IsInterrupted ? $", and {task} up to the step at hand" : ""));
                cancellation.ThrowIfCancellationRequested();
            }
        }
        await Lines(context.Settings, outcomes, folder.ShownPath).WriteAsync(context.Output);
        return ExitCode.Success;
    }

    private static FineTuneInput Input(RunContext<FinetuneRunSettings> context, FinetuneRunSettings settings) => new()
    {
        ModelFolder = context.Resolve(settings.Model),
        Task = settings.Eval.Tasks.ToDefinition(),
        TaskFolder = context.ResolveOptional(settings.Data.Glue),
        WordNetFolder = context.Resolve(settings.Data.Wordnet),
        Training = settings.Finetune.ToTrainingSettings(),
        Lora = settings.Mode == FinetuneMode.Lora ? settings.Finetune.Lora.ToConfiguration() : null,
        Seeds = settings.Seeds,
        TrainLimit = settings.TrainLimit,
        DevLimit = settings.DevLimit,
    };

    private static ResultLines Lines(FinetuneRunSettings settings, IReadOnlyList<FineTuneOutcome> outcomes, string folder)
    {
        var lines = new ResultLines();
        foreach (var outcome in outcomes)
        {
            double seconds = outcome.Runs.Sum(run => run.Training.Seconds);
            lines.Add(outcome.Task.Name, string.Join("; ", outcome.Summaries.Select(summary => Text(summary, settings.Seeds)))
                + $"; {NumberText.Count(outcome.TrainExamples)} examples, {NumberText.Seconds(seconds)}");
        }
        return lines.Add("files", $"{folder}/{StageFiles.Summary}, {StageFiles.Metrics}, TASK/seed-N");
    }

    private static string Text(SeedSummary summary, int seeds)
    {
        string spread = seeds > 1
            ? $", {NumberText.Score(summary.Minimum)} to {NumberText.Score(summary.Maximum)} over {seeds} seeds" : "";
        return $"{summary.Metric} {NumberText.Score(summary.Median, summary.StandardError)}{spread} "
            + $"(chance: {NumberText.Score(summary.Chance)})";
    }
}
