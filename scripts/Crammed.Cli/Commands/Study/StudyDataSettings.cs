using System.ComponentModel;

namespace Crammed.Cli.Commands.Study;

/// <summary>The keys <c>data</c> of a study. Paths are relative to the current directory.</summary>
public sealed record StudyDataSettings
{
    [Description("folder of the pretraining text, for the choice of the group data that the study names")]
    public required string? Folder { get; init; }

    [Description("folder of GLUE's tasks (rte/train.tsv, ...)")]
    public required string? Glue { get; init; }
}
