using Crammed.Bert;
using Crammed.Cli.Encryption;
using Crammed.Cli.Hosting;
using Crammed.Cli.Reports;
using Crammed.Cli.Settings;
using Crammed.Cli.Stages;
using Crammed.Converter;

namespace Crammed.Cli.Commands.Evaluate;

/// <summary><c>crammed evaluate fhe=execute</c>: logits of a container's evaluation examples on ciphertexts, under encrypted parameters.</summary>
internal static class EncryptedEvaluate
{
    public static async Task<int> RunAsync(RunContext<EvaluateCommandSettings> context, CancellationToken cancellation)
    {
        var settings = context.Settings;
        string container = context.Resolve(settings.Container), keys = context.Resolve(settings.Keys), model = context.Resolve(settings.Model);
        var parameters = context.Resolve(settings.Parameters);
        var devFolder = Path.Combine(context.Resolve(settings.Export), StageFiles.Dev);
        var dev = EncryptableSplit.Read(devFolder);
        EncryptedStages.Check(container, keys, model);
        if (!File.Exists(parameters))
            throw new FileNotFoundException($"{parameters} is missing; give parameters=FILE, the parameters.ct of an encrypted run", parameters);
        var folder = context.CreateOutputFolder(settings.Name, container, keys, model, parameters, devFolder);
        var files = new EncryptedRunFiles(container, model, keys, folder.FullPath, settings.Impl.ThreadCount);
        var outcome = await EncryptedStages.EvaluateAsync(files, parameters, context.Notices.WriteLine, cancellation);
        if (outcome.Logits.Length > dev.Examples.Count)
            throw new InvalidDataException($"{devFolder} has {dev.Examples.Count} examples, the container {outcome.Logits.Length}");
        var labels = dev.Examples.Take(outcome.Logits.Length).Select(example => example.Label).ToArray();
        var accuracy = new Predictions(outcome.Logits, labels, dev.Description.Classes).Metrics([Crammed.Text.MetricNames.Accuracy])[0];
        context.AddResult(accuracy.Name, accuracy.Value, Score.Of(accuracy, [.. labels.Select(label => (double)label)]).Chance);
        await new ResultLines()
            .Add("task", $"{dev.Description.Task}, the first {labels.Length} examples for evaluation, under encryption")
            .Add(accuracy.Name, NumberText.Score(accuracy.Value, accuracy.StandardError))
            .Add("time", $"{NumberText.Seconds(outcome.Run.Profile.StepSeconds.Average())} a batch")
            .WriteAsync(context.Output);
        return ExitCode.Success;
    }
}
