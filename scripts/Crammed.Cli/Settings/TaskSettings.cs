using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Crammed.Cli.Configuration;
using Crammed.Text;

namespace Crammed.Cli.Settings;

/// <summary>The group <c>eval/tasks</c>: one fine-tuning task and the optimizer's values that go with it.</summary>
public sealed record TaskSettings : ICheckedSettings
{
    private const string WordNetPrefix = "wordnet-";

    [Description("the task")]
    public required string Name { get; init; }

    [Description("learning rate for this task"), Range(0.0, 10.0, MinimumIsExclusive = true)]
    public required double LearningRate { get; init; }

    [Description("epsilon inside AdamW-HE's root for this task"), Range(0.0, 10.0, MinimumIsExclusive = true)]
    public required double Epsilon { get; init; }

    /// <summary>Whether the task's files come from <see cref="DataSettings.Glue"/>.</summary>
    public bool IsGlue => !Name.StartsWith(WordNetPrefix, StringComparison.Ordinal);

    /// <inheritdoc/>
    public IEnumerable<SettingsProblem> Check()
    {
        if (!TaskCatalog.Tasks.Any(task => task.Name == Name))
            yield return new(nameof(Name), $"is '{Name}'; the tasks are {string.Join(", ", TaskCatalog.Tasks.Select(task => task.Name))}");
    }
}
