using System.ComponentModel;

namespace Crammed.Cli.Settings;

/// <summary>The keys <c>data</c> of a command that reads tasks. Paths are relative to the current directory.</summary>
public sealed record TaskDataSettings
{
    [Description("folder of the WordNet 3.0 database")]
    public required string Wordnet { get; init; }

    [Description("folder of tasks (rte/train.tsv, ...); needed by eval/tasks=rte and the like")]
    public required string? Glue { get; init; }
}
