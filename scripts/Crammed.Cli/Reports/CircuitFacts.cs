using Crammed.Approximation;
using Crammed.Model;

namespace Crammed.Cli.Reports;

/// <summary>How wide the inputs of a model's non-polynomial functions range, and what its polynomials then cost.</summary>
internal static class CircuitFacts
{
    /// <summary>Levels between two bootstraps under N16QP1746-bootstrapping, which bound the degrees.</summary>
    public const int UsableLevels = 15;

    private static readonly (string Name, string Suffix, Func<ValueRange, double> Measure)[] Ranges =
    [
        ("variance_ratio", ".variance", range => range.Maximum / range.Minimum),
        ("largest_variance", ".variance", range => range.Maximum),
        ("largest_kernel_argument", ".kernel.argument", Size),
        ("largest_residual", ".residual", Size),
        ("largest_gate", ".gate", Size),
    ];

    /// <summary>
    /// The widest ranges over layers; and, where polynomials can stand for the model's functions, levels and worst relative error (bits) of a
    /// norm's inverse root.
    /// </summary>
    /// <exception cref="InvalidDataException">No polynomials fit the ranges; those were given before.</exception>
    public static IEnumerable<(string Name, double Value)> Of(BertConfiguration configuration, Calibration calibration)
    {
        foreach (var (name, suffix, measure) in Ranges)
        {
            var ranges = calibration.Ranges.Where(range => range.Key.EndsWith(suffix, StringComparison.Ordinal));
            if (ranges.Any())
                yield return (name, ranges.Max(range => measure(range.Value)));
        }
        if (configuration is { Kernel: AttentionKernel.Softmax } or { Style: EncoderStyle.Original })
            yield break;
        var functions = new CalibratedFunctions(calibration, UsableLevels).Of(configuration);
        var roots = functions.Layers.SelectMany(layer => new[] { layer.AttentionNorm, layer.FeedForwardNorm }).Append(functions.FinalNorm).ToList();
        // On one value a token, beside the activations: the squares and the polynomial.
        yield return ("root_levels", 1 + roots.Max(root => root.Approximation.Depth));
        yield return ("root_bits", roots.Min(root => ApproximationReport
            .Measure(root.Exact, root.Approximation.Evaluate, root.Domain, ErrorKind.Relative, points: 10_000).WorstBits));
    }

    private static double Size(ValueRange range) => Math.Max(-range.Minimum, range.Maximum);
}
