using System.Text;
using Crammed.Cli.Settings;

namespace Crammed.Cli.Reports;

/// <summary>A report as Markdown.</summary>
internal static class EncryptedReportText
{
    /// <summary>The whole report.</summary>
    public static string Write(EncryptedReport report)
    {
        var (losses, encryption, trains) = (report.Losses, report.Encryption, report.Losses.Count > 0);
        var text = new StringBuilder();
        text.Append($"# {(trains ? "Fine-tuning" : "Evaluation")} on {Material(encryption.Mode)}: {report.Run.Name}\n");
        Append(text, "What ran", SetupSections.Run(report.Run, encryption));
        AppendSome(text, "Who held which key", report.KeyHoldings, SetupSections.Keys);
        AppendSome(text, "What was encrypted", report.Items, SetupSections.Items);
        AppendSome(text, "Loss, step by step", losses, steps => ResultSections.Losses(steps, encryption));
        AppendSome(text, "Adapters and head", report.Adapters, ResultSections.Adapters);
        if (report.Scores is { } scores)
            Append(text, "Scores", ResultSections.Scores(report.Run.Task, scores, encryption));
        if (encryption.Mode == FheMode.Execute || report.Evaluation is not null)
            Append(text, EvaluationTitle(encryption.Mode), ResultSections.Evaluation(report.Evaluation, encryption));
        if (report.Cost is { } cost)
        {
            Append(text, "Predicted and measured", PredictionSections.Text(cost, losses));
            Append(text, "Where the time went", CostSections.Time(cost, report.Stages));
        }
        else if (report.Stages.Count > 0)
        {
            Append(text, "Where the time went", CostSections.Stages(report.Stages));
        }
        Append(text, "Levels", LevelSections.Text(report.Levels));
        if (report.Cost is { } sizes)
            Append(text, "Sizes, traffic and memory", CostSections.Sizes(sizes));
        Append(text, "How to reproduce", CostSections.Reproduction(report.Reproduction));
        return text.ToString();
    }

    private static string Material(FheMode mode) => mode switch
    {
        FheMode.Execute => "encrypted data",
        FheMode.Simulate => "clear slots with the noise of ciphertexts",
        _ => "clear slots",
    };

    private static string EvaluationTitle(FheMode mode) =>
        mode == FheMode.Execute ? "Evaluation under encryption" : "Evaluation beside plaintext";

    private static void AppendSome<T>(StringBuilder text, string title, IReadOnlyList<T> entries, Func<IReadOnlyList<T>, string> section)
    {
        if (entries.Count > 0)
            Append(text, title, section(entries));
    }

    private static void Append(StringBuilder text, string title, string content) =>
        text.Append($"\n## {title}\n\n{content.TrimEnd('\n')}\n");
}
