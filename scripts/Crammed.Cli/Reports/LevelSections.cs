namespace Crammed.Cli.Reports;

/// <summary>The section on levels.</summary>
internal static class LevelSections
{
    public static string Text(LevelLedger ledger)
    {
        var table = new MarkdownTable("part", "instructions>", "levels>", "refreshed vectors>");
        foreach (var part in ledger.Entries.GroupBy(entry => entry.Part))
        {
            table.AddRow(
                part.Key, NumberText.Count(part.Count()),
                FormattableString.Invariant($"{part.Min(entry => entry.To)} to {part.Max(entry => entry.To)}"),
                NumberText.Count(part.Sum(entry => entry.RefreshedVectors)));
        }
        return $"A refreshed ciphertext has {ledger.Highest} levels to compute with.\n\n{table}\n![levels]({ReportPlots.Levels})\n";
    }
}
