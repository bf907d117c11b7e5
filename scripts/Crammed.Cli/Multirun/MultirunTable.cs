using Crammed.Cli.Hosting;
using Crammed.Cli.Reports;

namespace Crammed.Cli.Multirun;

/// <summary>What became of one run of several.</summary>
/// <param name="Job">The run.</param>
/// <param name="Results">Its figures; null: it failed.</param>
internal sealed record MultirunOutcome(MultirunJob Job, IReadOnlyList<RunResult>? Results);

/// <summary>Overrides against main figures. Runs that differ in nothing but a seed share a row of the table, not of the file.</summary>
/// <param name="outcomes">In the order of the runs; perhaps not all of them yet.</param>
internal sealed class MultirunTable(IReadOnlyList<MultirunOutcome> outcomes)
{
    private readonly string[] _names =
        [.. outcomes.SelectMany(outcome => outcome.Results ?? []).Select(result => result.Name).Distinct()];

    private readonly string[] _keys = outcomes.Count == 0 ? [] : [.. outcomes[0].Job.Swept.Select(KeyOf)];

    /// <summary>A row for each run, with every figure.</summary>
    public CsvTable ToCsv()
    {
        var table = new CsvTable(["run", .. _keys, "state", .. _names]);
        foreach (var (job, results) in outcomes)
        {
            var state = results is null ? "failed" : "complete";
            table.AddRow([job.Number, .. job.Swept.Select(ValueOf), state, .. _names.Select(name => Value(results, name))]);
        }
        return table;
    }

    /// <summary>
    /// A row for each combination of what is no seed: medians, with the least and the greatest in brackets where there are several runs;
    /// at the end the scores of the best constant answer, where all runs have the same.
    /// </summary>
    public override string ToString()
    {
        string[] keys = [.. _keys.Where(key => !IsSeed(key))];
        var table = new MarkdownTable([.. keys, "runs>", .. _names.Select(name => name + ">")]);
        foreach (var row in outcomes.GroupBy(outcome => string.Join('\n', outcome.Job.Swept.Where(word => !IsSeed(KeyOf(word))))))
        {
            var words = row.First().Job.Swept.Where(word => !IsSeed(KeyOf(word)));
            var complete = row.Where(outcome => outcome.Results is not null).ToList();
            var runs = complete.Count == row.Count() ? $"{complete.Count}" : $"{complete.Count} of {row.Count()}";
            var figures = _names.Select(name => Spread([.. complete.Select(outcome => Value(outcome.Results, name)).OfType<double>()]));
            table.AddRow([.. words.Select(ValueOf), runs, .. figures]);
        }
        string[] chances = [.. _names.Select(Chance)];
        if (chances.Any(chance => chance.Length > 0))
            table.AddRow([.. keys.Select((_, i) => i == 0 ? "best constant answer" : ""), "", .. chances]);
        return table.ToString();
    }

    private string Chance(string name)
    {
        var same = outcomes.SelectMany(outcome => outcome.Results ?? []).Where(result => result.Name == name);
        return same.Select(result => result.Chance).Distinct().ToList() is [{ } only] ? NumberText.Short(only) : "";
    }

    private static double? Value(IReadOnlyList<RunResult>? results, string name) =>
        results?.FirstOrDefault(result => result.Name == name)?.Value;

    private static string Spread(IReadOnlyList<double> values) => values.Count switch
    {
        0 => "",
        1 => NumberText.Short(values[0]),
        _ => $"{NumberText.Short(Median.Of(values))} ({NumberText.Short(values.Min())} to {NumberText.Short(values.Max())})",
    };

    private static bool IsSeed(string key) => key == "seed" || key.EndsWith(".seed", StringComparison.Ordinal);

    private static string KeyOf(string word) => word[..word.IndexOf('=', StringComparison.Ordinal)];

    private static string ValueOf(string word) => word[(word.IndexOf('=', StringComparison.Ordinal) + 1)..];
}
