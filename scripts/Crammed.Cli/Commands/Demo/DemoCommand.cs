using Crammed.Cli.Hosting;
using Crammed.Cli.Reports;
using Crammed.Cli.Settings;
using Crammed.Cli.Stages;

namespace Crammed.Cli.Commands.Demo;

/// <summary><c>crammed demo</c>: from text to a classifier fine-tuned on ciphertexts, the same run in plaintext, and a report.</summary>
internal sealed class DemoCommand : ICommandHandler<DemoSettings>
{
    /// <inheritdoc/>
    public async Task<int> RunAsync(RunContext<DemoSettings> context, CancellationToken cancellationToken)
    {
        var settings = context.Settings;
        settings.Impl.Apply();
        var folder = context.CreateOutputFolder(settings.Name, NameTaken.Number);
        var results = await new DemoPipeline(context, folder).RunAsync(cancellationToken);
        var report = DemoReportBuilder.Build(results, settings, string.Join(' ', ["scripts/crammed", "demo", .. context.Overrides]));
        ReportStage.Run(report, folder.FullPath);
        await Lines(report, folder.ShownPath).WriteAsync(context.Output);
        return ExitCode.Success;
    }

    private static ResultLines Lines(DemoReport report, string folder)
    {
        var (scores, last) = (report.Scores, report.Losses[^1]);
        var within = report.Losses.Count(step => step.IsWithinBound(report.Encryption.RoundingError));
        return new ResultLines()
            .Add("task", $"{report.Run.Task}, {NumberText.Count(scores.Examples)} examples for evaluation")
            .Add("dev before", $"{NumberText.Score(scores.Before.Value, scores.Before.StandardError)} {scores.Before.Metric}, initial head")
            .Add("dev encrypted", $"{NumberText.Score(scores.Encrypted.Value, scores.Encrypted.StandardError)} after {report.Losses.Count} steps on ciphertexts")
            .Add("dev plaintext", $"{NumberText.Score(scores.Plaintext.Value, scores.Plaintext.StandardError)} after the same steps in plaintext")
            .Add("last loss", $"{NumberText.Loss(last.Encrypted)} encrypted, {NumberText.Loss(last.Plaintext)} plaintext; "
                + $"{within} of {report.Losses.Count} steps within the bound")
            .Add("a step", $"{NumberText.Seconds(report.Measured.Seconds)}, {NumberText.Seconds(report.Predicted.Seconds)} predicted; "
                + $"{NumberText.Count(report.Measured.Refreshes)} refreshes; {NumberText.Bytes(report.Measured.MemoryBytes)} of memory, "
                + $"{NumberText.Bytes(report.Predicted.MemoryBytes)} predicted")
            .Add("time", NumberText.Seconds(report.Stages.Sum(stage => stage.Seconds)))
            .Add("report", $"{folder}/{ReportStage.Report}");
    }
}
