using System.ComponentModel;

namespace Crammed.Cli.Settings;

/// <summary>The group <c>eval</c> of <c>crammed export-glue</c>: the task, and which of its splits.</summary>
public sealed record ExportChoiceSettings : TaskChoiceSettings
{
    [Description("true: the training split alone; false: the evaluation split alone; null: both")]
    public required bool? SaveTrainData { get; init; }
}
