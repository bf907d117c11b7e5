using Crammed.Cli.Encryption;
using Crammed.Cli.Hosting;
using Crammed.Cli.Reports;
using Crammed.Cli.Settings;
using Crammed.Cli.Stages;

namespace Crammed.Cli.Commands.Predict;

/// <summary>
/// <c>crammed predict fhe=...</c>: everything from the texts to the answers in outputs/NAME, by a plan of the evaluation alone. The same command
/// goes on where it was stopped.
/// </summary>
internal static class EncryptedPredict
{
    public static async Task<int> RunAsync(
        RunContext<PredictCommandSettings> context, PredictionTexts texts, TrainedRun trained, string model, CancellationToken cancellation)
    {
        var settings = context.Settings;
        var weights = trained.InDrawForm(model, texts.Task.Labels.Count, texts.Task.Labels);
        var input = new PredictionInput(
            model, weights, texts, settings.Planning, [.. settings.Planning.Costs.Select(context.Resolve)], settings.He,
            settings.Impl.ThreadCount);
        using var plaintext = EvaluateStage.Load(new EvaluateInput
        {
            ModelFolder = model,
            DevFolder = null,
            Source = texts.AsTask,
            Task = texts.Task,
            Weights = weights,
        });
        var folder = ResumedRun.Continued(context, settings.Name, [OutputFolder.Marker]);
        context.Keep($"what is done in {folder.ShownPath}; the same command goes on from there");
        var pipeline = new PredictionPipeline(input, folder.FullPath, StageConsole.Of(context));
        pipeline.Prepare(cancellation);
        var logits = pipeline.OnClearSlots(settings.Fhe == FheMode.Simulate ? settings.NoiseSeed : null, cancellation);
        EncryptedRunResult? run = null;
        if (settings.Fhe == FheMode.Execute)
            (logits, run) = await pipeline.ExecuteAsync(cancellation);
        var comparison = EncryptedEvaluation.Of(logits, plaintext.Classifier.Predict(plaintext.Data, cancellation: cancellation).Logits);
        var found = new EncryptedFindings
        {
            Name = settings.Name,
            Task = texts.Task.Name,
            ModelFolder = model,
            Plan = pipeline.Plan,
            Mode = settings.Fhe!.Value,
            Evaluation = comparison,
            Run = run,
            Files = run is null ? null : pipeline.Files,
            Stages = pipeline.StageSeconds,
            Command = context.CommandLine("predict"),
        };
        ReportStage.Run(EncryptedReportBuilder.Build(found), folder.FullPath, context.Notices.WriteLine);
        await Lines(context, texts, logits, folder, comparison, run).WriteAsync(context.Output);
        return ExitCode.Success;
    }

    private static ResultLines Lines(
        RunContext<PredictCommandSettings> context, PredictionTexts texts, double[][] logits, OutputFolder folder,
        EncryptedEvaluation comparison, EncryptedRunResult? run)
    {
        var how = context.Settings.Fhe switch
        {
            FheMode.Execute => $"on ciphertexts, {NumberText.Seconds(run!.Profile.StepSeconds.Average())} a batch",
            FheMode.Simulate => "on clear slots with the noise of ciphertexts",
            _ => "on clear slots",
        };
        var classes = comparison.AgreeingClasses is { } agreeing ? $"{agreeing} of {logits.Length} as in plaintext; " : "";
        return PredictCommand.Write(context, texts, logits, folder, how)
            .Add("plaintext", $"{classes}largest difference of a logit {NumberText.Magnitude(comparison.LargestLogitDifference)}")
            .Add("report", $"{folder.ShownPath}/{ReportStage.Report}");
    }
}
