using System.ComponentModel;
using System.Text.RegularExpressions;
using Crammed.Cli.Configuration;

namespace Crammed.Cli.Commands.Study;

/// <summary>One of the things that a study compares.</summary>
public sealed partial record StudyVariantSettings : ICheckedSettings
{
    [Description("a short name, part of its runs' names")]
    public required string Name { get; init; }

    [Description("what the report calls it")]
    public required string Label { get; init; }

    [Description("words of crammed pretrain that make it what it is")]
    public required IReadOnlyList<string> Pretrain { get; init; }

    /// <inheritdoc/>
    public IEnumerable<SettingsProblem> Check()
    {
        if (!NamePattern().IsMatch(Name))
            yield return new(nameof(Name), $"is '{Name}'; use up to 40 letters, digits and '-', starting with a letter or digit");
    }

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9-]{0,39}$")]
    private static partial Regex NamePattern();
}
