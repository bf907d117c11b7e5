using Crammed.Cli.Encryption;
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
        var report = EncryptedReportBuilder.Build(await new DemoPipeline(context, folder).RunAsync(cancellationToken));
        ReportStage.Run(report, folder.FullPath, context.Notices.WriteLine);
        await Lines(report, folder.ShownPath).WriteAsync(context.Output);
        return ExitCode.Success;
    }

    private static ResultLines Lines(EncryptedReport report, string folder)
    {
        var (scores, cost, last) = (report.Scores!, report.Cost!, report.Losses[^1]);
        var (before, encrypted, plaintext) = (scores.Before[0], scores.Encrypted[0], scores.Plaintext[0]);
        var within = report.Losses.Count(step => step.IsWithinBound(report.Encryption.RoundingError));
        return new ResultLines()
            .Add("task", $"{report.Run.Task}, {NumberText.Count(scores.Examples)} examples for evaluation")
            .Add("dev before", $"{NumberText.Score(before.Value, before.StandardError)} {before.Metric}, initial head")
            .Add("dev encrypted", $"{NumberText.Score(encrypted.Value, encrypted.StandardError)} after {report.Losses.Count} steps on ciphertexts")
            .Add("dev plaintext", $"{NumberText.Score(plaintext.Value, plaintext.StandardError)} after the same steps in plaintext")
            .Add("last loss", $"{NumberText.Loss(last.Encrypted)} encrypted, {NumberText.Loss(last.Plaintext)} plaintext; "
                + $"{within} of {report.Losses.Count} steps within the bound")
            .Add("a step", $"{NumberText.Seconds(cost.Measured.Seconds)}, {NumberText.Seconds(cost.Predicted.Seconds)} predicted; "
                + $"{NumberText.Count(cost.Measured.Refreshes)} refreshes; {NumberText.Bytes(cost.Measured.MemoryBytes)} of memory, "
                + $"{NumberText.Bytes(cost.Predicted.MemoryBytes)} predicted")
            .Add("time", NumberText.Seconds(report.Stages.Sum(stage => stage.Seconds)))
            .Add("report", $"{folder}/{ReportStage.Report}");
    }
}
