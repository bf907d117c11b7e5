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
        var devFolder = Path.Combine(context.Resolve(settings.Export), StageFiles.Dev);
        var dev = EncryptableSplit.Read(devFolder);
        var (logits, note) = settings.Fhe == FheMode.Execute
            ? await ExecuteAsync(context, plan, packing, cancellation)
            : OnClearSlots(context, plan, packing, dev, cancellation);
        if (logits.Length > dev.Examples.Count)
            throw new InvalidDataException($"{devFolder} has {dev.Examples.Count} examples, the container {logits.Length}");
        var labels = dev.Examples.Take(logits.Length).Select(example => example.Label).ToArray();
        var accuracy = new Predictions(logits, labels, dev.Description.Classes).Metrics([MetricNames.Accuracy])[0];
        context.AddResult(accuracy.Name, accuracy.Value, Score.Of(accuracy, [.. labels.Select(label => (double)label)]).Chance);
        await new ResultLines()
            .Add("task", $"{dev.Description.Task}, the first {labels.Length} examples for evaluation, {note}")
            .Add(accuracy.Name, NumberText.Score(accuracy.Value, accuracy.StandardError))
            .WriteAsync(context.Output);
        return ExitCode.Success;
    }

    private static async Task<(double[][] Logits, string Note)> ExecuteAsync(
        RunContext<EvaluateCommandSettings> context, PlanFolder plan, TaskPacking packing, CancellationToken cancellation)
    {
        var settings = context.Settings;
        string container = context.Resolve(settings.Container), keys = context.Resolve(settings.Keys), run = context.Resolve(settings.Run);
        EncryptedStages.Check(plan, container, keys);
        RunState.Read(Path.Combine(run, RunFiles.States)).RequirePlan(run, plan);
        var folder = ResumedRun.Continued(context, settings.Name, [OutputFolder.Marker]);
        context.Keep($"what is done in {folder.ShownPath}; the same command goes on from there");
        var files = new EncryptedRunFiles(plan, container, keys, folder.FullPath, settings.Impl.ThreadCount);
        var result = await EncryptedRun.RunAsync(files, run, context.Notices.WriteLine, cancellation);
        return (
            EncryptedStages.ReadEvaluation(files, packing, result).Logits,
            $"on ciphertexts, {NumberText.Seconds(result.Profile.StepSeconds.Average())} a batch");
    }

    private static (double[][] Logits, string Note) OnClearSlots(
        RunContext<EvaluateCommandSettings> context, PlanFolder plan, TaskPacking packing, EncryptableSplit dev, CancellationToken cancellation)
    {
        var settings = context.Settings;
        var weights = settings.Adapters is { } file
            ? WeightFiles.ReadAdapters(context.Resolve(file))
            : TrainedWeights.Initial(WeightFiles.ReadDraw(context.Resolve(settings.Draw!)));
        context.CreateOutputFolder(settings.Name, plan.Folder, context.ResolveOptional(settings.Adapters), context.ResolveOptional(settings.Draw));
        var seed = settings.Fhe == FheMode.Simulate ? settings.NoiseSeed : (int?)null;
        var examples = dev.Examples.Take(settings.DevLimit ?? int.MaxValue).ToArray();
        var logits = context.Shown(progress =>
            new ClearTraining(plan, packing).Evaluate(weights, examples, seed, progress, cancellation));
        return (logits, seed is null ? "on clear slots" : "on clear slots with the noise of ciphertexts");
    }
}
