using Crammed.Benchmarks.Bootstrapping;
using Crammed.Cli.Configuration;
using Crammed.Cli.Plotting;

namespace Crammed.Cli.Reports;

/// <summary>
/// Histograms of log2|error|: a line for each kind of message, and what errors of the normal and of Laplace's distribution would give.
/// </summary>
internal static class BootstrapPlot
{
    private const int ShownOctavesBelowRms = 6;

    /// <summary>The files of all plots.</summary>
    public const string FilePattern = "errors-*.png";

    /// <summary>Errors in slots and in coefficients.</summary>
    public static IEnumerable<(string File, LinePlot Plot)> Of(BootstrapMeasurement measured) =>
    [
        Plot(measured, "slots", message => message.Slots),
        Plot(measured, "coefficients", message => message.Coefficients),
    ];

    /// <summary>The kind of message in words: "single spike".</summary>
    public static string NameOf(MessagePrecision message) => SettingsTypes.ChoiceOf(message.Message).Replace('-', ' ');

    /// <summary>The probability of a bin for normal errors of a standard deviation: the density at its middle times its width.</summary>
    public static double NormalShare(double log2Middle, double deviation)
    {
        var size = Math.Pow(2, log2Middle) / deviation;
        return 2 / Math.Sqrt(2 * Math.PI) * Math.Exp(-size * size / 2) * size * Math.Log(2) / ErrorHistogram.BinsPerOctave;
    }

    /// <summary>As <see cref="NormalShare"/> for Laplace's distribution, exactly.</summary>
    public static double LaplaceShare(double log2Middle, double deviation)
    {
        return Above(-0.5) - Above(0.5);

        double Above(double bins) => Math.Exp(-Math.Sqrt(2) * Math.Pow(2, log2Middle + bins / ErrorHistogram.BinsPerOctave) / deviation);
    }

    private static (string File, LinePlot Plot) Plot(
        BootstrapMeasurement measured, string part, Func<MessagePrecision, ErrorDistribution> errorsOf)
    {
        var plan = measured.Plan;
        MessagePrecision[] drawn = [.. measured.Precision.Where(message => errorsOf(message).Rms > 0)];
        // Small errors matter to no one, and their bins hold few values.
        var from = drawn.Select(message => Math.Log2(errorsOf(message).Rms)).DefaultIfEmpty().Min() - ShownOctavesBelowRms;
        var plot = new LinePlot
        {
            Title = $"Errors of bootstrapping in {part}: {plan.ParameterSet}, {NumberText.Count(plan.Slots)} slots",
            XLabel = "log2 |error|, relative to the range",
            YLabel = $"share of values in a bin of 1/{ErrorHistogram.BinsPerOctave} bit",
            HasLogY = true,
            Series =
            [
                .. drawn.Select(message => Line(NameOf(message), errorsOf(message), from)),
                .. drawn.Take(1).SelectMany(message => References(NameOf(message), errorsOf(message), from)),
            ],
            Height = 600,
        };
        return ($"errors-{plan.ParameterSet}-{plan.Slots}-{part}.png", plot);
    }

    private static PlotSeries Line(string name, ErrorDistribution errors, double from)
    {
        var histogram = errors.Histogram;
        int[] shown =
        [
            .. Enumerable.Range(0, histogram.Counts.Count).Where(i => histogram.Counts[i] > 0 && histogram.Log2LowerEdge(i) >= from),
        ];
        return new PlotSeries(
            name, [.. shown.Select(histogram.Log2Middle)], [.. shown.Select(i => (double)histogram.Counts[i] / errors.Count)],
            ShowsPoints: true, LargestGap: 1.5 / ErrorHistogram.BinsPerOctave);
    }

    /// <summary>For the root mean square of one kind of message, wherever a tenth of a value or more is expected in a bin.</summary>
    private static IEnumerable<PlotSeries> References(string name, ErrorDistribution errors, double from)
    {
        var histogram = errors.Histogram;
        double[] middles =
        [
            .. Enumerable.Range(0, histogram.Counts.Count + 4 * ErrorHistogram.BinsPerOctave).Select(histogram.Log2Middle)
                .Where(middle => middle >= from),
        ];
        return [Reference("normal", NormalShare), Reference("Laplace", LaplaceShare)];

        PlotSeries Reference(string distribution, Func<double, double, double> shareOf)
        {
            double[] shown = [.. middles.Where(middle => shareOf(middle, errors.Rms) > 0.1 / errors.Count)];
            return new PlotSeries(
                $"{distribution}, rms of {name}", shown, [.. shown.Select(middle => shareOf(middle, errors.Rms))], IsReference: true);
        }
    }
}
