using Crammed.Cli.Configuration;

namespace Crammed.Cli.Settings;

/// <summary>Which execution modes commands take so far.</summary>
internal static class ExecutionRule
{
    /// <param name="key">Name of the setting.</param>
    /// <param name="mode">Its value.</param>
    public static IEnumerable<SettingsProblem> Check(string key, FheMode? mode)
    {
        if (mode is FheMode.Disable or FheMode.Simulate)
            yield return new(key, $"is {SettingsTypes.ChoiceOf(mode.Value)}; runs of the circuit on clear slots are part of crammed demo so far");
    }
}
