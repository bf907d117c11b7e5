using Crammed.Cli.Reports;
using Crammed.Cli.Stages;

namespace Crammed.Cli.Commands.Finetune;

/// <summary>The files of results of fine-tuning on several tasks.</summary>
internal static class Tables
{
    /// <summary>Every metric of every evaluation: after each epoch, and after the last step.</summary>
    public static CsvTable Scores(IEnumerable<FineTuneOutcome> outcomes)
    {
        var table = new CsvTable("task", "seed", "epoch", "step", "training_loss", "metric", "value", "standard_error");
        foreach (var outcome in outcomes)
        {
            foreach (var run in outcome.Runs)
            {
                foreach (var epoch in run.Training.Epochs)
                {
                    foreach (var metric in epoch.Metrics)
                    {
                        table.AddRow(
                            outcome.Task.Name, run.Seed, epoch.Epoch, epoch.Step, epoch.TrainingLoss, metric.Name, metric.Value,
                            metric.StandardError);
                    }
                }
            }
        }
        return table;
    }

    /// <summary>Every metric at the end of the complete runs: median and spread over seeds.</summary>
    public static CsvTable Summary(IEnumerable<FineTuneOutcome> outcomes)
    {
        var table = new CsvTable(
            "task", "metric", "median", "minimum", "maximum", "seeds", "standard_error", "chance", "train_examples", "dev_examples",
            "seconds");
        foreach (var outcome in outcomes)
        {
            foreach (var summary in outcome.Summaries)
            {
                table.AddRow(
                    outcome.Task.Name, summary.Metric, summary.Median, summary.Minimum, summary.Maximum,
                    outcome.CompleteRuns, summary.StandardError, summary.Chance, outcome.TrainExamples,
                    outcome.DevExamples, outcome.Runs.Sum(run => run.Training.Seconds));
            }
        }
        return table;
    }
}
