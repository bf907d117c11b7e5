using Crammed.Cli.Commands.Draw;
using Crammed.Cli.Encryption;
using Crammed.Cli.Hosting;
using Crammed.Cli.Reports;
using Crammed.Cli.Settings;
using Crammed.Cli.Stages;
using Crammed.Converter;
using Crammed.Trainer;

namespace Crammed.Cli.Commands.Finetune;

/// <summary><c>crammed finetune fhe=execute</c>: the training program and the refresh party as two processes, then the decrypted adapters.</summary>
internal static class EncryptedFinetune
{
    public static async Task<int> RunAsync(RunContext<FinetuneCommandSettings> context, CancellationToken cancellation)
    {
        var settings = context.Settings;
        string drawFile = context.Resolve(settings.Draw!), trainFolder = Path.Combine(context.Resolve(settings.Export), StageFiles.Train);
        var draw = WeightFiles.ReadDraw(drawFile);
        var train = EncryptableSplit.Read(trainFolder);
        string container = context.Resolve(settings.Container), keys = context.Resolve(settings.Keys), model = context.Resolve(settings.Model);
        EncryptedStages.Check(container, keys, model);
        var folder = context.CreateOutputFolder(settings.Name, drawFile, trainFolder, container, keys, model);
        var files = new EncryptedRunFiles(container, model, keys, folder.FullPath, settings.Impl.ThreadCount);
        var outcome = await EncryptedStages.TrainAsync(files, draw, train, context.Notices.WriteLine, cancellation);
        EncryptedStages.WriteResults(outcome, draw, folder.FullPath);
        context.AddResult("training_loss", outcome.Losses[^1]);
        context.AddResult("seconds", outcome.Run.Profile.StepSeconds.Sum());
        await DrawInputs.AddDraw(new ResultLines(), draw)
            .Add("loss", $"{NumberText.Loss(outcome.Losses[0])} at step 1, {NumberText.Loss(outcome.Losses[^1])} at step {outcome.Losses.Length}")
            .Add("time", $"{NumberText.Seconds(outcome.Run.Profile.StepSeconds.Average())} a step")
            .Add("adapters", $"{folder.ShownPath}/{StageFiles.Adapters}, decrypted and rounded to 2^-{ResultReader.PrecisionBits}")
            .Add("encrypted", $"{folder.ShownPath}/{ResultFiles.Parameters}")
            .WriteAsync(context.Output);
        return ExitCode.Success;
    }
}
