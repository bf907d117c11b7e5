using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Crammed.Cli.Configuration;

namespace Crammed.Cli.Settings;

/// <summary>The group <c>eval/tasks</c>: one fine-tuning task and the optimizer's values that go with it.</summary>
public sealed record TaskSettings : ICheckedSettings
{
    [Description("the task")]
    public required TaskName Name { get; init; }

    [Description("the score that it is judged by")]
    public required TaskMetric Metric { get; init; }

    [Description("learning rate for this task"), Range(0.0, 10.0, MinimumIsExclusive = true)]
    public required double LearningRate { get; init; }

    [Description("epsilon inside AdamW-HE's root for this task"), Range(0.0, 10.0, MinimumIsExclusive = true)]
    public required double Epsilon { get; init; }

    /// <summary>Whether the task's files come from <see cref="DataSettings.Glue"/>.</summary>
    public bool IsGlue => Name is not (TaskName.WordnetLiving or TaskName.WordnetHypernym);

    /// <inheritdoc/>
    public IEnumerable<SettingsProblem> Check()
    {
        if ((Name == TaskName.Stsb) != (Metric == TaskMetric.Pearson))
            yield return new(nameof(Metric), "must be pearson for the regression task stsb, and only for it");
    }
}
