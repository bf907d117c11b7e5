using Crammed.Bert;
using Crammed.Cli.Encryption;
using Crammed.Cli.Hosting;
using Crammed.Cli.Reports;
using Crammed.Cli.Settings;
using Crammed.Cli.Stages;
using Crammed.Converter;
using Crammed.Encrypted.Containers;
using Crammed.Model;
using Crammed.Text;
using Crammed.Trainer;

namespace Crammed.Cli.Commands.Evaluate;

/// <summary>
/// <c>crammed evaluate fhe=...</c>: logits by a plan's evaluation program, on ciphertexts of a container's examples under encrypted adapters,
/// or on clear slots of an export's under given ones.
/// </summary>
internal static class EncryptedEvaluate
{
    public static async Task<int> RunAsync(RunContext<EvaluateCommandSettings> context, CancellationToken cancellation)
    {
        var settings = context.Settings;
        var plan = PlanFolder.Open(context.Resolve(settings.Plan));
        var model = context.Resolve(settings.Model);
        var packing = TaskPacking.Of(plan, model);
        string export = context.Resolve(settings.Export), devFolder = Path.Combine(export, StageFiles.Dev);
        ExportedSplit.Open(devFolder, TaskSplit.Dev, model);
        var dev = EncryptableSplit.Read(devFolder);
        var task = TaskSettings.DescriptionOf(dev.Description, context.Configurations, export);
        var evaluated = settings.Fhe == FheMode.Execute
            ? await ExecuteAsync(context, plan, packing, cancellation)
            : OnClearSlots(context, plan, packing, dev, cancellation);
        var (logits, folder) = (evaluated.Logits, evaluated.Folder);
        if (logits.Length > dev.Examples.Count)
            throw new InvalidDataException($"{devFolder} has {dev.Examples.Count} examples, the container {logits.Length}");
        var labels = dev.Examples.Take(logits.Length).Select(example => example.Label).ToArray();
        var outcome = EvaluateOutcome.Of(task, new Predictions(logits, labels, dev.Description.Classes));
        EvaluateStage.Write(outcome, folder.FullPath, StageFiles.Predictions, StageFiles.Metrics);
        var comparison = Compare(new EvaluateInput { ModelFolder = model, DevFolder = devFolder, Task = task, Weights = evaluated.Weights });
        ReportStage.Run(Report(comparison), folder.FullPath, context.Notices.WriteLine);
        foreach (var score in outcome.Scores)
            context.AddResult(score.Metric, score.Value, score.Chance);
        await Lines(outcome, comparison, evaluated.Note, folder.ShownPath).WriteAsync(context.Output);
        return ExitCode.Success;

        EncryptedEvaluation Compare(EvaluateInput input)
        {
            using var stage = EvaluateStage.Load(input);
            return EvaluationComparison.Of(logits, stage.OutcomeOf(stage.Classifier.Predict(stage.Data, cancellation: cancellation)));
        }

        EncryptedReport Report(EncryptedEvaluation comparison) => EncryptedReportBuilder.Build(new EncryptedFindings
        {
            Name = settings.Name,
            Task = task.Name,
            ModelFolder = model,
            Plan = plan,
            Mode = settings.Fhe!.Value,
            Evaluation = comparison,
            Run = evaluated.Run,
            Files = evaluated.Files,
            Command = context.CommandLine("evaluate"),
        });
    }

    private static ResultLines Lines(EvaluateOutcome outcome, EncryptedEvaluation comparison, string note, string folder)
    {
        var lines = new ResultLines()
            .Add("task", $"{outcome.Task.Name}, the first {outcome.Examples} examples for evaluation, {note}");
        foreach (var (score, plaintext) in outcome.Scores.Zip(comparison.Plaintext))
        {
            lines.Add(score.Metric, $"{NumberText.Score(score.Value, score.StandardError)} (chance: {NumberText.Score(score.Chance)}; "
                + $"in plaintext {NumberText.Score(plaintext.Value)})");
        }
        var classes = comparison.AgreeingClasses is { } agreeing ? $"; {agreeing} of {outcome.Examples} classes as in plaintext" : "";
        return lines
            .Add("logits", $"largest difference from plaintext {NumberText.Magnitude(comparison.LargestLogitDifference)}{classes}")
            .Add("files", $"{folder}/{StageFiles.Predictions}, {StageFiles.Metrics}, {ReportStage.Report}");
    }

    private static async Task<Evaluated> ExecuteAsync(
        RunContext<EvaluateCommandSettings> context, PlanFolder plan, TaskPacking packing, CancellationToken cancellation)
    {
        var settings = context.Settings;
        string container = context.Resolve(settings.Container), keys = context.Resolve(settings.Keys), run = context.Resolve(settings.Run);
        var states = Path.Combine(run, RunFiles.States);
        EncryptedStages.Check(plan, container, keys);
        RunState.Read(states).RequirePlan(run, plan);
        var folder = ResumedRun.Continued(context, settings.Name, [OutputFolder.Marker]);
        context.Keep($"what is done in {folder.ShownPath}; the same command goes on from there");
        var files = new EncryptedRunFiles(plan, container, keys, folder.FullPath, settings.Impl.ThreadCount);
        var result = await EncryptedRun.RunAsync(files, run, context.Notices.WriteLine, cancellation);
        return new Evaluated(
            EncryptedStages.ReadEvaluation(files, packing, result).Logits, EncryptedStages.ReadWeights(plan, packing, keys, states), folder,
            $"on ciphertexts, {NumberText.Seconds(result.Profile.StepSeconds.Average())} a batch")
        {
            Run = result,
            Files = files,
        };
    }

    private static Evaluated OnClearSlots(
        RunContext<EvaluateCommandSettings> context, PlanFolder plan, TaskPacking packing, EncryptableSplit dev, CancellationToken cancellation)
    {
        var settings = context.Settings;
        var weights = settings.Adapters is { } file
            ? WeightFiles.ReadAdapters(context.Resolve(file))
            : TrainedWeights.Initial(WeightFiles.ReadDraw(context.Resolve(settings.Draw!)));
        var folder = context.CreateOutputFolder(
            settings.Name, plan.Folder, context.ResolveOptional(settings.Adapters), context.ResolveOptional(settings.Draw));
        var seed = settings.Fhe == FheMode.Simulate ? settings.NoiseSeed : (int?)null;
        var examples = dev.Examples.Take(settings.DevLimit ?? int.MaxValue).ToArray();
        var logits = context.Shown(progress =>
            new ClearTraining(plan, packing).Evaluate(weights, examples, seed, progress, cancellation));
        return new Evaluated(logits, weights, folder, seed is null ? "on clear slots" : "on clear slots with the noise of ciphertexts");
    }

    /// <summary>Logits by a plan's program.</summary>
    /// <param name="Logits">[example][class].</param>
    /// <param name="Weights">Under which adapters and head; decrypted where they were ciphertexts.</param>
    /// <param name="Folder">Of the run.</param>
    /// <param name="Note">On what it ran.</param>
    private sealed record Evaluated(double[][] Logits, TrainedWeights Weights, OutputFolder Folder, string Note)
    {
        public EncryptedRunResult? Run { get; init; }

        public EncryptedRunFiles? Files { get; init; }
    }
}
