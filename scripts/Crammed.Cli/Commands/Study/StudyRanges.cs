using Crammed.Approximation;
using Crammed.Cli.Reports;
using Crammed.Cli.Stages;
using Crammed.Encrypted.Layers;
using Crammed.Model;

namespace Crammed.Cli.Commands.Study;

/// <summary>How wide the inputs of a variant's non-polynomial functions range, and what its polynomials then cost.</summary>
internal static class StudyRanges
{
    /// <summary>Levels between two bootstraps under N16QP1746-bootstrapping, which bound the degrees.</summary>
    public const int UsableLevels = 15;

    private static readonly Column[] _costs =
    [
        new("levels forward>", 0, depth => depth.Levels),
        new("first layer>", 0, depth => depth.LevelsOf(0)),
        new("levels of a norm's root>", 0, depth => RootLevels(depth.Functions)),
        new("its bits>", 1, depth => Bits(depth.Functions)),
    ];

    private static readonly (string Header, string Suffix, Func<ValueRange, double> Measure)[] _ranges =
    [
        ("norm variance, largest over least>", ".variance", range => range.Maximum / range.Minimum),
        ("norm variance, largest>", ".variance", range => range.Maximum),
        ("kernel argument, largest size>", ".kernel.argument", Size),
        ("residual, largest size>", ".residual", Size),
        ("gate, largest size>", ".gate", Size),
    ];

    /// <summary>A row for each variant: levels, and the widest of its model's ranges; medians over seeds.</summary>
    public static string Table(IEnumerable<(string Label, IReadOnlyList<StudyResult> Runs)> variants)
    {
        var table = new MarkdownTable(["variant", .. _costs.Select(column => column.Header), .. _ranges.Select(column => column.Header)]);
        foreach (var (label, runs) in variants)
            table.AddRow([label, .. Costs(runs), .. _ranges.Select(column => Text(runs, run => Widest(run, column.Suffix, column.Measure), 1))]);
        return table.ToString();
    }

    private static IEnumerable<string> Costs(IReadOnlyList<StudyResult> runs)
    {
        if (runs[0].Configuration is { Kernel: AttentionKernel.Softmax } or { Style: EncoderStyle.Original })
            return _costs.Select(_ => "no circuit");
        var costs = runs.Select(run => new CalibratedFunctions(run.Calibration, UsableLevels).Of(run.Configuration)).Select(CircuitDepth.Of).ToList();
        return _costs.Select(column => NumberText.Fixed(Median.Of([.. costs.Select(column.Value)]), column.Decimals));
    }

    private static string Text(IReadOnlyList<StudyResult> runs, Func<StudyResult, double> value, int decimals) =>
        NumberText.Fixed(Median.Of([.. runs.Select(value)]), decimals);

    /// <summary>NaN where the model has no such value.</summary>
    private static double Widest(StudyResult run, string suffix, Func<ValueRange, double> measure) => run.Calibration.Ranges
        .Where(range => range.Key.EndsWith(suffix, StringComparison.Ordinal))
        .Select(range => measure(range.Value))
        .DefaultIfEmpty(double.NaN)
        .Max();

    /// <summary>-log2 of the worst relative error of an inverse root.</summary>
    private static double Bits(ModelFunctions functions) => Roots(functions)
        .Min(root => ApproximationReport.Measure(root.Exact, root.Approximation.Evaluate, root.Domain, ErrorKind.Relative, points: 10_000).WorstBits);

    /// <summary>On one value a token, beside the activations: the squares and the polynomial.</summary>
    private static int RootLevels(ModelFunctions functions) => 1 + Roots(functions).Max(root => root.Approximation.Depth);

    private static IEnumerable<FittedFunction> Roots(ModelFunctions functions) =>
        functions.Layers.SelectMany(layer => new[] { layer.AttentionNorm, layer.FeedForwardNorm }).Append(functions.FinalNorm);

    private static double Size(ValueRange range) => Math.Max(-range.Minimum, range.Maximum);

    private sealed record Column(string Header, int Decimals, Func<CircuitDepth, double> Value);
}
