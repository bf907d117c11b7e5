using System.Text;

namespace Crammed.Cli.Reports;

/// <summary>A report as Markdown.</summary>
internal static class DemoReportText
{
    /// <summary>The whole report.</summary>
    /// <exception cref="ArgumentException">No step, or a step with fewer than two runs with noise.</exception>
    public static string Write(DemoReport report)
    {
        if (report.Losses.Count == 0)
            throw new ArgumentException("a report needs the loss of at least one step", nameof(report));
        if (report.Losses.FirstOrDefault(step => step.NoisyCircuit.Count < 2) is { } bad)
        {
            throw new ArgumentException(
                $"step {bad.Step} has {bad.NoisyCircuit.Count} runs with noise; its bound needs two", nameof(report));
        }
        var text = new StringBuilder();
        text.Append($"# Fine-tuning on encrypted data: {report.Run.Name}\n");
        Append(text, "What ran", SetupSections.Run(report.Run, report.Encryption));
        Append(text, "Who held which key", SetupSections.Keys(report.KeyHoldings));
        Append(text, "What was encrypted", SetupSections.Items(report.Items));
        Append(text, "Loss, step by step", ResultSections.Losses(report.Losses, report.Encryption));
        Append(text, "Adapters and head", ResultSections.Adapters(report.Adapters));
        Append(text, "Scores", ResultSections.Scores(report.Run.Task, report.Scores));
        Append(text, "Evaluation under encryption", ResultSections.Evaluation(report.EncryptedEvaluation));
        Append(text, "Predicted and measured", PredictionSections.Text(report.Predicted, report.Measured, report.Losses));
        Append(text, "Where the time went", CostSections.Time(report.Parts, report.Instructions, report.Stages));
        Append(text, "Sizes and memory", CostSections.Sizes(report.Sizes, report.PeakMemory));
        Append(text, "How to reproduce", CostSections.Reproduction(report.Reproduction));
        return text.ToString();
    }

    private static void Append(StringBuilder text, string title, string content) =>
        text.Append($"\n## {title}\n\n{content.TrimEnd('\n')}\n");
}
