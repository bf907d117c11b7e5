using System.ComponentModel;

namespace Crammed.Cli.Settings;

/// <summary>The group <c>eval</c> of a command that needs to know the task alone.</summary>
public record TaskChoiceSettings
{
    [Description("the task (group eval/tasks)")]
    public required TaskSettings Tasks { get; init; }
}
