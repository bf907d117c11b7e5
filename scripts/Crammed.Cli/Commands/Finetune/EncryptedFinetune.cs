using Crammed.Cli.Commands.Draw;
using Crammed.Cli.Encryption;
using Crammed.Cli.Hosting;
using Crammed.Cli.Reports;
using Crammed.Cli.Settings;
using Crammed.Cli.Stages;
using Crammed.Converter;
using Crammed.Encrypted.Containers;
using Crammed.Model;
using Crammed.Trainer;

namespace Crammed.Cli.Commands.Finetune;

/// <summary>
/// <c>crammed finetune fhe=... plan=DIR</c>: a plan's training program on clear slots, with noise or without, or on ciphertexts, which is
/// the training program and the refresh party as processes of their own, and then the decrypted adapters.
/// </summary>
internal static class EncryptedFinetune
{
    public static async Task<int> RunAsync(RunContext<FinetuneCommandSettings> context, CancellationToken cancellation)
    {
        var settings = context.Settings;
        var plan = PlanFolder.Open(context.Resolve(settings.Plan!));
        string drawFile = context.Resolve(settings.Draw!), trainFolder = Path.Combine(context.Resolve(settings.Export), StageFiles.Train);
        var draw = WeightFiles.ReadDraw(drawFile);
        var train = EncryptableSplit.Read(trainFolder);
        var packing = TaskPacking.Of(plan, context.Resolve(settings.Model));
        if (settings.Fhe == FheMode.Execute)
            return await ExecuteAsync(context, plan, packing, drawFile, draw, train, cancellation);
        packing.Data(plan, draw, train.Examples, []);
        var folder = context.CreateOutputFolder(settings.Name, drawFile, trainFolder, plan.Folder, context.Resolve(settings.Model));
        var seed = settings.Fhe == FheMode.Simulate ? settings.NoiseSeed : (int?)null;
        var outcome = context.Shown(progress => new ClearTraining(plan, packing).Train(draw, train, seed, progress, cancellation));
        EncryptedStages.WriteResults(outcome.Weights, outcome.Losses, draw, folder.FullPath);
        context.AddResult("training_loss", outcome.Losses[^1]);
        await Lines(draw, outcome.Losses)
            .Add("adapters", $"{folder.ShownPath}/{StageFiles.Adapters}")
            .WriteAsync(context.Output);
        return ExitCode.Success;
    }

    private static async Task<int> ExecuteAsync(
        RunContext<FinetuneCommandSettings> context, PlanFolder plan, TaskPacking packing, string drawFile, FineTuningDraw draw,
        EncryptableSplit train, CancellationToken cancellation)
    {
        var settings = context.Settings;
        string container = context.Resolve(settings.Container!), keys = context.Resolve(settings.Keys!);
        EncryptedStages.Check(plan, container, keys, drawFile);
        var folder = ResumedRun.Continued(context, settings.Name, [OutputFolder.Marker]);
        context.Keep($"what is done in {folder.ShownPath}; the same command goes on from there");
        var files = new EncryptedRunFiles(plan, container, keys, folder.FullPath, settings.Impl.ThreadCount);
        var run = await EncryptedRun.RunAsync(files, null, context.Notices.WriteLine, cancellation);
        var outcome = EncryptedStages.ReadTraining(files, packing, draw, train, run);
        EncryptedStages.WriteResults(outcome.Weights, outcome.Losses, draw, folder.FullPath);
        context.AddResult("training_loss", outcome.Losses[^1]);
        context.AddResult("seconds", run.Profile.StepSeconds.Sum());
        await Lines(draw, outcome.Losses)
            .Add("time", $"{NumberText.Seconds(run.Profile.StepSeconds.Average())} a step, {NumberText.Seconds(plan.Manifest.PredictedSeconds)} predicted")
            .Add("adapters", $"{folder.ShownPath}/{StageFiles.Adapters}, decrypted and rounded to 2^-{EncryptedStages.PrecisionBits}")
            .Add("encrypted", $"{folder.ShownPath}/{RunFiles.States}")
            .WriteAsync(context.Output);
        return ExitCode.Success;
    }

    private static ResultLines Lines(FineTuningDraw draw, double[] losses) => DrawInputs.AddDraw(new ResultLines(), draw)
        .Add("loss", $"{NumberText.Loss(losses[0])} at step 1, {NumberText.Loss(losses[^1])} at step {losses.Length}");
}
