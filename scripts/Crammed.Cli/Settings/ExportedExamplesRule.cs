using Crammed.Cli.Configuration;

namespace Crammed.Cli.Settings;

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
