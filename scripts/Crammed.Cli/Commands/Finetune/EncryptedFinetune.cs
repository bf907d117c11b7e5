using Crammed.Cli.Commands.Draw;
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
        var comparison = ComparisonOf(context, train, context.Resolve($"outputs/{settings.Name}"));
        var folder = ResumedRun.Continued(context, settings.Name, [OutputFolder.Marker]);
        context.Keep($"what is done in {folder.ShownPath}; the same command goes on from there");
        var files = new EncryptedRunFiles(plan, container, keys, folder.FullPath, settings.Impl.ThreadCount);
        var run = await EncryptedRun.RunAsync(files, null, context.Notices.WriteLine, cancellation);
        var outcome = EncryptedStages.ReadTraining(files, packing, draw, train, run);
        EncryptedStages.WriteResults(outcome.Weights, outcome.Losses, draw, folder.FullPath);
        var (clear, noisy) = OnClearSlots(context, new ClearTraining(plan, packing), draw, train, cancellation);
        var plaintext = comparison.CarryOut(draw, context.Display, cancellation);
        var found = new EncryptedFindings
        {
            Name = settings.Name,
            Task = train.Description.Task,
            ModelFolder = context.Resolve(settings.Model),
            Plan = plan,
            Training = new TrainingFindings(
                draw, outcome.Weights, outcome.Losses, plaintext, clear, noisy,
                comparison.Score(draw, outcome.Weights, plaintext, null, cancellation).Scores),
            Run = run,
            Files = files,
            Command = context.CommandLine("finetune"),
        };
        ReportStage.Run(EncryptedReportBuilder.Build(found), folder.FullPath, context.Notices.WriteLine);
        context.AddResult("training_loss", outcome.Losses[^1]);
        context.AddResult("seconds", run.Profile.StepSeconds.Sum());
        await Lines(draw, outcome.Losses)
            .Add("time", $"{NumberText.Seconds(run.Profile.StepSeconds.Average())} a step, {NumberText.Seconds(plan.Manifest.PredictedSeconds)} predicted")
            .Add("adapters", $"{folder.ShownPath}/{StageFiles.Adapters}, decrypted and rounded to 2^-{EncryptedStages.PrecisionBits}")
            .Add("encrypted", $"{folder.ShownPath}/{RunFiles.States}")
            .Add("report", $"{folder.ShownPath}/{ReportStage.Report}")
            .WriteAsync(context.Output);
        return ExitCode.Success;
    }

    /// <summary>Losses without noise and with it; neither where no bound is asked for.</summary>
    private static (double[]? Clear, double[][] Noisy) OnClearSlots(
        RunContext<FinetuneCommandSettings> context, ClearTraining training, FineTuningDraw draw, EncryptableSplit train,
        CancellationToken cancellation)
    {
        if (context.Settings.NoiseRuns == 0)
            return (null, []);
        var clear = context.Shown(progress => training.Train(draw, train, noiseSeed: null, progress, cancellation)).Losses;
        return (clear, context.Shown(progress => training.WithNoise(draw, train, context.Settings.NoiseRuns, progress, cancellation)));
    }

    /// <summary>The same draw in plaintext, known to fit before ciphertexts take their time.</summary>
    private static PlaintextComparison ComparisonOf(RunContext<FinetuneCommandSettings> context, EncryptableSplit train, string folder)
    {
        string export = context.Resolve(context.Settings.Export), model = context.Resolve(context.Settings.Model);
        var dev = Path.Combine(export, StageFiles.Dev);
        var hasDev = Directory.Exists(dev);
        if (hasDev)
            ExportedSplit.Open(dev, TaskSplit.Dev, model);
        return new PlaintextComparison
        {
            ModelFolder = model,
            TrainFolder = Path.Combine(export, StageFiles.Train),
            DevFolder = hasDev ? dev : null,
            Task = TaskSettings.DescriptionOf(train.Description, context.Configurations, export),
            Folder = folder,
        };
    }

    private static ResultLines Lines(FineTuningDraw draw, double[] losses) => DrawInputs.AddDraw(new ResultLines(), draw)
        .Add("loss", $"{NumberText.Loss(losses[0])} at step 1, {NumberText.Loss(losses[^1])} at step {losses.Length}");
}
