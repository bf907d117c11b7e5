using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

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
