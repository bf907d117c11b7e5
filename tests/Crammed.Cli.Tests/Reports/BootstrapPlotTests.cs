using Crammed.Benchmarks.Bootstrapping;
using Crammed.Cli.Reports;
using Crammed.Cli.Tests.Bootstrapping;

namespace Crammed.Cli.Tests.Reports;

internal sealed class BootstrapPlotTests
{
    /// <summary>
    /// Over all bins the shares add up to 1, and times the squares of the middles to the variance: sums over a smooth function that dies
    /// out on both sides differ from its integral by far less than 1e-6 at four points an octave (the trapezoidal rule). Laplace's are exact
    /// and telescope.
    /// </summary>
    [Test]
    public void References_are_distributions()
    {
        const double Deviation = 0.3;
        double[] middles = [.. Enumerable.Range(-200, 240).Select(i => (i + 0.5) / ErrorHistogram.BinsPerOctave)];
        Assert.That(middles.Sum(middle => BootstrapPlot.NormalShare(middle, Deviation)), Is.EqualTo(1).Within(1e-6));
        Assert.That(
            middles.Sum(middle => BootstrapPlot.NormalShare(middle, Deviation) * Math.Pow(2, 2 * middle)),
            Is.EqualTo(Deviation * Deviation).Within(1e-6));
        Assert.That(middles.Sum(middle => BootstrapPlot.LaplaceShare(middle, Deviation)), Is.EqualTo(1).Within(1e-6));
        // One octave below the median of |x|, b log 2, lies 1 - sqrt(1/2) of Laplace's distribution.
        var median = Math.Log2(Deviation / Math.Sqrt(2) * Math.Log(2)) - 1;
        Assert.That(
            Enumerable.Range(0, 200).Sum(i => BootstrapPlot.LaplaceShare(median - (i + 0.5) / ErrorHistogram.BinsPerOctave, Deviation)),
            Is.EqualTo(1 - Math.Sqrt(0.5)).Within(1e-6));
    }

    [Test]
    public void There_is_a_line_for_each_message_and_each_reference()
    {
        var plots = BootstrapPlot.Of(SampleMeasurement.Create()).ToList();
        Assert.That(
            plots.Select(plot => plot.File),
            Is.EqualTo(new[] { "errors-a-set-1000-slots.png", "errors-a-set-1000-coefficients.png" }));
        foreach (var (_, plot) in plots)
        {
            Assert.That(plot.Validate, Throws.Nothing);
            Assert.That(
                plot.Series.Select(line => (line.Name, line.IsReference)),
                Is.EqualTo(new[]
                {
                    ("uniform", false), ("constant", false), ("normal, rms of uniform", true), ("Laplace, rms of uniform", true),
                }));
        }
        // All 4,096 errors of 2^-20 in size in the bin that begins there.
        Assert.That((plots[0].Plot.Series[0].X[0], plots[0].Plot.Series[0].Y[0]), Is.EqualTo((-20 + 0.125, 1)));
    }
}
