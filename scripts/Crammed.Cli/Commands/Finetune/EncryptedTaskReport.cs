using System.Globalization;
using Crammed.Cli.Encryption;
using Crammed.Cli.Reports;

namespace Crammed.Cli.Commands.Finetune;

/// <summary>What a task's training under encryption gave and took, in Markdown.</summary>
internal static class EncryptedTaskReport
{
    public static string Text(string task, EncryptedPipeline pipeline, EncryptedTaskResult result, Score score)
    {
        var plan = pipeline.Plan;
        return $"# Fine-tuning under encryption: {task}\n\n"
            + $"{plan.Parameters}; {plan.Training.Grid}; plan {plan.Id[..12]}.\n\n"
            + $"{score.Metric} {NumberText.Score(score.Value, score.StandardError)} on the evaluation split in plaintext "
            + $"(chance: {NumberText.Score(score.Chance)}).\n"
            + $"\n## Loss\n\n{Losses(result)}"
            + (result.Run is { } run ? $"\n## Predicted and measured\n\n{PredictionSections.Table(StepCost.Predicted(plan), StepCost.Measured(plan, run.Profile))}" : "")
            + $"\n## Stages\n\n{StageTable(pipeline)}";
    }

    private static MarkdownTable Losses(EncryptedTaskResult result)
    {
        var table = new MarkdownTable("step>", "loss>", "on clear slots, without noise>", "difference>");
        foreach (var (step, (loss, clear)) in result.Losses.Zip(result.ClearLosses).Index())
        {
            table.AddRow(
                (step + 1).ToString(CultureInfo.InvariantCulture), NumberText.Loss(loss), NumberText.Loss(clear),
                NumberText.Magnitude(loss - clear));
        }
        return table;
    }

    private static MarkdownTable StageTable(EncryptedPipeline pipeline)
    {
        var table = new MarkdownTable("stage", "time>");
        foreach (var stage in pipeline.Stages.Stages)
            table.AddRow(stage.Name, NumberText.Seconds(stage.Seconds));
        return table;
    }
}
