using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Crammed.Cli.Configuration;

namespace Crammed.Cli.Settings;

/// <summary>The group <c>eval</c>: a task, fine-tuning on it, and how much of its evaluation is done under encryption.</summary>
public sealed record EvalGroupSettings
{
    [Description("the task (group eval/tasks)")]
    public required TaskSettings Tasks { get; init; }

    [Description("fine-tuning")]
    public required DrawGroupSettings Finetune { get; init; }

    [Description("examples that are also evaluated under encryption"), Range(0, int.MaxValue)]
    public required int EncryptedExamples { get; init; }
}

/// <summary>Commands that work from an export use all its examples: the limit belongs to the export.</summary>
internal static class ExportedExamplesRule
{
    /// <summary>What is wrong with a command's group <c>eval</c>.</summary>
    public static IEnumerable<SettingsProblem> Check(string property, EvalGroupSettings settings)
    {
        if (settings.Finetune.TrainLimit is { } limit)
        {
            yield return new(
                property, $"has finetune.train_limit {limit}; limit the export instead: crammed export-glue train_limit={limit}");
        }
    }
}
