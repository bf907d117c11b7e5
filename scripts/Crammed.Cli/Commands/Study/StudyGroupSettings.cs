using System.ComponentModel;
using Crammed.Cli.Configuration;

namespace Crammed.Cli.Commands.Study;

/// <summary>The group <c>study</c>: variants of a model, and what all of them have in common.</summary>
public sealed record StudyGroupSettings : ICheckedSettings
{
    [Description("what is compared, in a few words: the report's title")]
    public required string Title { get; init; }

    [Description("words of crammed pretrain for every variant")]
    public required IReadOnlyList<string> Pretrain { get; init; }

    [Description("words of crammed finetune for every variant")]
    public required IReadOnlyList<string> Finetune { get; init; }

    [Description("tasks (choices of eval/tasks) to fine-tune on; empty: held-out loss alone")]
    public required IReadOnlyList<string> Tasks { get; init; }

    [Description("what differs")]
    public required IReadOnlyList<StudyVariantSettings> Variants { get; init; }

    /// <inheritdoc/>
    public IEnumerable<SettingsProblem> Check()
    {
        if (Variants.Count == 0)
            yield return new(nameof(Variants), "is empty; name at least one variant");
        foreach (var same in Variants.CountBy(variant => variant.Name).Where(entry => entry.Value > 1))
            yield return new(nameof(Variants), $"names '{same.Key}' twice");
    }
}
