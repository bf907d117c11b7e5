using Crammed.Cli.Reports;
using Crammed.Cli.Stages;
using Crammed.Model;

namespace Crammed.Cli.Commands.Study;

/// <summary>How wide the inputs of a variant's non-polynomial functions range, and the levels that its polynomials then cost.</summary>
internal static class StudyRanges
{
    /// <summary>Levels between two bootstraps under N16QP1746-bootstrapping, which bound the degrees.</summary>
    private const int UsableLevels = 15;

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
        var table = new MarkdownTable(["variant", "levels forward>", .. _columns.Select(column => column.Header)]);
        foreach (var (label, runs) in variants)
            table.AddRow([label, Levels(runs), .. _columns.Select(column => NumberText.Fixed(Median.Of([.. runs.Select(run => Widest(run, column.Suffix, column.Measure))]), 1))]);
        return table.ToString();
    }

    /// <summary>Median over seeds; in brackets those of the first layer.</summary>
    private static string Levels(IReadOnlyList<StudyResult> runs)
    {
        if (runs[0].Configuration.Kernel == AttentionKernel.Softmax)
            return "no circuit";
        var depths = runs.Select(run => DepthEstimate.Of(run.Configuration, run.Calibration, UsableLevels)).ToList();
        double all = Median.Of([.. depths.Select(depth => (double)depth.Levels)]), first = Median.Of([.. depths.Select(depth => (double)depth.LevelsOf(0))]);
        return $"{NumberText.Count(all)} ({NumberText.Count(first)})";
    }

    private static double Widest(StudyResult run, string suffix, Func<ValueRange, double> measure) => run.Calibration.Ranges
        .Where(range => range.Key.EndsWith(suffix, StringComparison.Ordinal))
        .Max(range => measure(range.Value));

    private static double Size(ValueRange range) => Math.Max(-range.Minimum, range.Maximum);
}
