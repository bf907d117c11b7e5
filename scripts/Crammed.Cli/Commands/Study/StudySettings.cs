using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Crammed.Cli.Configuration;

namespace Crammed.Cli.Commands.Study;

/// <summary>What <c>crammed study</c> reads: cfg_study.yaml.</summary>
public sealed record StudySettings : ICheckedSettings
{
    [Description("name of the study; its report goes to outputs/NAME, its runs to outputs/NAME-VARIANT-SEED and outputs/NAME-VARIANT-SEED-tasks")]
    public required string Name { get; init; }

    [Description("study to continue: its folder; complete runs are taken as they are; null: a new study")]
    public required string? Resume { get; init; }

    [Description("what is compared")]
    public required StudyGroupSettings Study { get; init; }

    [Description("runs of each variant, with seeds 0, 1, ..."), Range(1, 1000)]
    public required int Seeds { get; init; }

    [Description("runs at the same time, each on one thread; 0: one for each core"), Range(0, 1024)]
    public required int Parallel { get; init; }

    [Description("where text and tasks come from")]
    public required StudyDataSettings Data { get; init; }

    /// <inheritdoc/>
    public IEnumerable<SettingsProblem> Check()
    {
        if (Study.Tasks.Count > 0 && Data.Glue is null)
            yield return new(nameof(Data), "has no glue folder, which the study's tasks need; give data.glue=DIR");
    }
}
