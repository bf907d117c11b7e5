using Crammed.Cli.Reports;
using Crammed.Cli.Stages;
using Crammed.Model;

namespace Crammed.Cli.Commands.Study;

/// <summary>How wide the inputs of a variant's non-polynomial functions range: what its encryption has to cover.</summary>
internal static class StudyRanges
{
    private static readonly (string Header, string Suffix, Func<ValueRange, double> Measure)[] _columns =
    [
        ("norm variance, largest over least>", ".variance", range => range.Maximum / range.Minimum),
        ("norm variance, largest>", ".variance", range => range.Maximum),
        ("kernel argument, largest size>", ".kernel.argument", Size),
        ("residual, largest size>", ".residual", Size),
        ("gate, largest size>", ".gate", Size),
    ];

    /// <summary>A row for each variant: the widest of its model's ranges, median over seeds.</summary>
    public static string Table(IEnumerable<(string Label, IReadOnlyList<StudyResult> Runs)> variants)
    {
        var table = new MarkdownTable(["variant", .. _columns.Select(column => column.Header)]);
        foreach (var (label, runs) in variants)
            table.AddRow([label, .. _columns.Select(column => NumberText.Fixed(Median.Of([.. runs.Select(run => Widest(run, column.Suffix, column.Measure))]), 1))]);
        return table.ToString();
    }

    private static double Widest(StudyResult run, string suffix, Func<ValueRange, double> measure) => run.Calibration.Ranges
        .Where(range => range.Key.EndsWith(suffix, StringComparison.Ordinal))
        .Max(range => measure(range.Value));

    private static double Size(ValueRange range) => Math.Max(-range.Minimum, range.Maximum);
}
