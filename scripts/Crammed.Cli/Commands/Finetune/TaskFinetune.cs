using Crammed.Cli.Configuration;
using Crammed.Cli.Hosting;
using Crammed.Cli.Reports;
using Crammed.Cli.Settings;
using Crammed.Cli.Stages;

namespace Crammed.Cli.Commands.Finetune;

/// <summary><c>crammed finetune mode=lora|full</c>: fine-tuning on one task or several from their text, in plaintext.</summary>
internal static class TaskFinetune
{
    public static async Task<int> RunAsync(RunContext<FinetuneCommandSettings> context, CancellationToken cancellation)
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
                var task = configuration.Settings.Eval.Tasks.Name;
                Directory.CreateDirectory(folder.PathOf(task));
                folder.WriteText($"{task}/config.yaml", configuration.ToYaml());
                outcomes.Add(stage.Run(folder.PathOf(task), display, cancellation));
                Tables.Scores(outcomes).Write(folder.PathOf(StageFiles.Metrics));
                Tables.Summary(outcomes).Write(folder.PathOf(StageFiles.Summary));
                context.Keep(Kept(outcomes, folder.ShownPath));
                RequireFinite(outcomes[^1], folder.ShownPath);
                cancellation.ThrowIfCancellationRequested();
            }
        }
        foreach (var outcome in outcomes)
        {
            var main = outcome.Summaries[0];
            context.AddResult(outcomes.Count == 1 ? main.Metric : $"{outcome.Task.Name}.{main.Metric}", main.Median, main.Chance);
        }
        context.AddResult("seconds", outcomes.Sum(outcome => outcome.Runs.Sum(run => run.Training.Seconds)));
        await Lines(context.Settings, outcomes, folder.ShownPath).WriteAsync(context.Output);
        return ExitCode.Success;
    }

    private static string Kept(IReadOnlyList<FineTuneOutcome> outcomes, string folder)
    {
        var complete = outcomes.Sum(outcome => outcome.CompleteRuns);
        var runs = $"{complete} complete {(complete == 1 ? "run" : "runs")} in {folder} ({StageFiles.Summary}, {StageFiles.Metrics})";
        return outcomes[^1] is { IsInterrupted: true, Runs: [.., { Training: var training } last] } outcome
            ? $"{runs}, and step {training.Steps.Count} of {outcome.Task.Name}, seed {last.Seed}, "
                + $"in {folder}/{outcome.Task.Name}/{StageFiles.Seed(last.Seed)}"
            : runs;
    }

    /// <exception cref="ConfigurationException">A run diverged; says which, where, and where its last finite state is.</exception>
    private static void RequireFinite(FineTuneOutcome outcome, string folder)
    {
        if (outcome.Diverged is not { Training.Divergence: { } divergence, Seed: var seed })
            return;
        var state = $"{folder}/{outcome.Task.Name}/{StageFiles.Seed(seed)}";
        // Other settings would have prevented it: bad input, not a fault of the program.
        throw new ConfigurationException(
            $"{outcome.Task.Name}, seed {seed}: {divergence.Message}; the state before it is in {state}", divergence);
    }

    private static FineTuneInput Input(RunContext<FinetuneCommandSettings> context, FinetuneCommandSettings settings) => new()
    {
        ModelFolder = context.Resolve(settings.Model),
        Task = settings.Eval.Tasks.ToDefinition(),
        TaskFolder = context.ResolveOptional(settings.Data.Glue),
        WordNetFolder = context.Resolve(settings.Data.Wordnet),
        Training = settings.Mode == FinetuneMode.Lora ? settings.Finetune : settings.Finetune with { Lora = null },
        Seeds = settings.Seeds,
        TrainLimit = settings.TrainLimit,
        DevLimit = settings.DevLimit,
    };

    private static ResultLines Lines(FinetuneCommandSettings settings, IReadOnlyList<FineTuneOutcome> outcomes, string folder)
    {
        var lines = new ResultLines();
        foreach (var outcome in outcomes)
        {
            var seconds = outcome.Runs.Sum(run => run.Training.Seconds);
            lines.Add(outcome.Task.Name, string.Join("; ", outcome.Summaries.Select(summary => Text(summary, settings.Seeds)))
                + $"; {NumberText.Count(outcome.TrainExamples)} examples, {NumberText.Seconds(seconds)}");
        }
        return lines.Add("files", $"{folder}/{StageFiles.Summary}, {StageFiles.Metrics}, TASK/seed-N");
    }

    private static string Text(SeedSummary summary, int seeds)
    {
        var spread = seeds > 1
            ? $", {NumberText.Score(summary.Minimum)} to {NumberText.Score(summary.Maximum)} over {seeds} seeds" : "";
        return $"{summary.Metric} {NumberText.Score(summary.Median, summary.StandardError)}{spread} "
            + $"(chance: {NumberText.Score(summary.Chance)})";
    }
}
