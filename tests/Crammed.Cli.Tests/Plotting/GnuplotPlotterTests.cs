using System.Buffers.Binary;
using System.Xml.Linq;
using Crammed.Cli.Plotting;

namespace Crammed.Cli.Tests.Plotting;

internal sealed class GnuplotPlotterTests
{
    private static readonly XNamespace svg = "http://www.w3.org/2000/svg";

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task Svg_has_the_size_the_texts_and_a_path_for_each_series()
    {
        var picture = await DrawSvgAsync(Plot());
        Assert.That(picture.Attribute("viewBox")!.Value, Is.EqualTo("0 0 900 540"));
        Assert.That(Texts(picture), Is.SupersetOf(new[] { "Loss", "step", "loss (nats)", "encrypted", "clear" }));
        double[] heights = HeightsOfLine(picture, "rgb(  0, 114, 178)");
        Assert.That(heights, Has.Length.EqualTo(3), "a corner for each value");
        Assert.That(
            heights[1] - heights[0], Is.EqualTo(heights[2] - heights[1]).Within(0.1).And.GreaterThan(10), "0.7, 0.6, 0.5 fall evenly");
        Assert.That(HeightsOfLine(picture, "rgb(213,  94,   0)"), Has.Length.EqualTo(3).And.All.LessThan(heights[2]));
    }

    [Test]
    public async Task Png_has_the_size()
    {
        RequireGnuplot();
        string path = _folder.Combine("plot.png");
        await new GnuplotPlotter().DrawAsync(Plot() with { Width = 640, Height = 400 }, path);
        byte[] bytes = await File.ReadAllBytesAsync(path);
        Assert.That(bytes[..8], Is.EqualTo(new byte[] { 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a }));
        Assert.That(BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(16)), Is.EqualTo(640));
        Assert.That(BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(20)), Is.EqualTo(400));
        Assert.That(Directory.GetFiles(_folder.Path), Is.EqualTo(new[] { path }), "no temporary file stays");
    }

    [Test]
    public async Task A_logarithmic_axis_spaces_decades_evenly()
    {
        double[] decades = [1, 10, 100, 1000];
        var picture = await DrawSvgAsync(Plot() with { HasLogY = true, Series = [new PlotSeries("d", [0, 1, 2, 3], decades)] });
        Assert.That(Texts(picture), Is.SupersetOf(new[] { "1", "10", "100", "1000" }));
        double[] heights = [.. decades.Select(value => HeightOfTic(picture, $"{value}"))];
        Assert.That(heights[0] - heights[1], Is.EqualTo(heights[2] - heights[3]).Within(0.2).And.GreaterThan(10));
    }

    [Test]
    public async Task Neighbours_beyond_the_largest_gap_are_not_joined()
    {
        double[] x = [0, 1, 3, 4, 5], y = [1, 2, 3, 4, 5];
        var joined = await DrawSvgAsync(Plot() with { Series = [new PlotSeries("s", x, y)] });
        Assert.That(HeightsOfLine(joined, "rgb(  0, 114, 178)"), Has.Length.EqualTo(5));
        var broken = await DrawSvgAsync(Plot() with { Series = [new PlotSeries("s", x, y, LargestGap: 1.5)] });
        Assert.That(HeightsOfLine(broken, "rgb(  0, 114, 178)"), Has.Length.EqualTo(3), "the last piece");
    }

    [Test]
    public async Task Of_many_lines_each_can_be_told_apart_and_references_are_grey()
    {
        PlotSeries[] many = [.. Enumerable.Range(0, 9).Select(i => new PlotSeries($"line {i}", [0, 1], [i, i + 1]))];
        var reference = new PlotSeries("reference", [0, 1], [1, 2], IsReference: true);
        var picture = await DrawSvgAsync(Plot() with { Series = [.. many, reference] });
        var looks = picture.Descendants(svg + "path").Where(path => path.Attribute("stroke")?.Value.StartsWith("rgb") == true)
            .Select(path => (Colour: path.Attribute("stroke")!.Value, Dashes: path.Attribute("stroke-dasharray")?.Value)).Distinct().ToList();
        Assert.That(looks.Count(look => look.Colour == "rgb(  0, 114, 178)"), Is.EqualTo(2), "lines 0 and 7, of which one is dashed");
        Assert.That(looks.Single(look => look.Colour == "rgb(128, 128, 128)").Dashes, Is.Not.Null);
    }

    [Test]
    public async Task Nothing_in_a_text_is_a_command_or_markup()
    {
        string victim = _folder.Combine("victim");
        string hostile = $"it's '; system(\"touch {victim}\"); print 1 @HOME \\ \\141 é %s\n"
            + $"set output '{victim}'\n`touch {victim}` a_b^c {{/Bold x}}";
        string name = "'; exit\n' {/Bold x}_y";
        var plot = Plot() with { Title = hostile, XLabel = hostile, YLabel = hostile, Series = [new PlotSeries(name, [1, 2], [3, 4])] };
        var picture = await DrawSvgAsync(plot);
        Assert.That(File.Exists(victim), Is.False);
        Assert.That(Texts(picture).Count(text => text == hostile.ReplaceLineEndings(" ")), Is.EqualTo(3));
        Assert.That(Texts(picture), Does.Contain(name.ReplaceLineEndings(" ")));
    }

    [Test]
    public async Task Digits_after_punctuation_stay_what_they_are()
    {
        const string Title = "log_2 of 10-74 and (0.5)8";
        var picture = await DrawSvgAsync(Plot() with { Title = Title });
        Assert.That(Texts(picture), Does.Contain(Title));
    }

    [Test]
    public void A_missing_or_failing_gnuplot_is_one_clear_error_and_leaves_no_file()
    {
        string path = _folder.Combine("plot.svg");
        Assert.That(
            () => new GnuplotPlotter("no-such-gnuplot").DrawAsync(Plot(), path),
            Throws.TypeOf<PlottingException>().With.Message.StartsWith("no-such-gnuplot cannot be started; install gnuplot-nox"));
        string failing = _folder.WriteProgram("failing", "#!/bin/sh\necho 'line 3: no terminal' >&2\nexit 1\n");
        Assert.That(
            () => new GnuplotPlotter(failing).DrawAsync(Plot(), path),
            Throws.TypeOf<PlottingException>().With.Message.EqualTo($"{path}: gnuplot failed with exit code 1: line 3: no terminal"));
        Assert.That(Directory.GetFiles(_folder.Path), Is.EqualTo(new[] { failing }));
    }

    private static IEnumerable<TestCaseData> WrongPlots()
    {
        yield return new TestCaseData(Plot() with { Series = [] }, "has no series");
        yield return new TestCaseData(Plot() with { Width = 10 }, "10 x 540 pixels");
        yield return new TestCaseData(Plot() with { Series = [new PlotSeries("s", [1, 2], [1])] }, "has 2 x and 1 y values");
        yield return new TestCaseData(Plot() with { Series = [new PlotSeries("s", [], [])] }, "has 0 x and 0 y values");
        yield return new TestCaseData(
            Plot() with { Series = [new PlotSeries("s", [1, 2], [1, double.NaN])] }, "y[1] = NaN, which cannot be drawn");
        yield return new TestCaseData(
            Plot() with { HasLogX = true, Series = [new PlotSeries("s", [0], [1])] }, "x[0] = 0, which a logarithmic axis");
    }

    [TestCaseSource(nameof(WrongPlots))]
    public void A_plot_that_cannot_be_drawn_is_refused(LinePlot plot, string expected) =>
        Assert.That(() => new GnuplotPlotter().DrawAsync(plot, _folder.Combine("plot.svg")),
            Throws.ArgumentException.With.Message.Contains(expected));

    [Test]
    public void An_unknown_ending_is_refused() => Assert.That(
        () => new GnuplotPlotter().DrawAsync(Plot(), "plot.jpg"), Throws.ArgumentException.With.Message.Contains("plots end in .svg"));

    private static LinePlot Plot() => new()
    {
        Title = "Loss",
        XLabel = "step",
        YLabel = "loss (nats)",
        Series =
        [
            new PlotSeries("encrypted", [0, 1, 2], [0.7, 0.6, 0.5], ShowsPoints: true),
            new PlotSeries("clear", [0, 1, 2], [0.71, 0.61, 0.51]),
        ],
    };

    private async Task<XElement> DrawSvgAsync(LinePlot plot)
    {
        RequireGnuplot();
        string path = _folder.Combine("plot.svg");
        await new GnuplotPlotter().DrawAsync(plot, path);
        return XDocument.Load(path).Root!;
    }

    private static void RequireGnuplot()
    {
        string[] folders = Environment.GetEnvironmentVariable("PATH")!.Split(':');
        bool isInstalled = folders.Any(folder => File.Exists(Path.Combine(folder, "gnuplot")));
        if (!isInstalled)
            Assert.Ignore("gnuplot is not installed; scripts/setup installs it");
    }

    private static IEnumerable<string> Texts(XElement picture) => picture.Descendants(svg + "text").Select(text => text.Value.Trim());

    /// <summary>The vertical positions, downwards, of the corners of a series; its path starts with the sample in the legend.</summary>
    private static double[] HeightsOfLine(XElement picture, string colour)
    {
        string path = picture.Descendants(svg + "path").First(path => path.Attribute("stroke")?.Value == colour).Attribute("d")!.Value;
        return [.. path.Split('M')[^1].Split('L').Select(point => double.Parse(point.Trim().Split(',')[1]))];
    }

    /// <summary>The vertical position of an axis label: gnuplot moves each by a translation.</summary>
    private static double HeightOfTic(XElement picture, string label)
    {
        var text = picture.Descendants(svg + "text").First(text => text.Value.Trim() == label);
        string translation = text.Parent!.Attribute("transform")!.Value;
        return double.Parse(translation.Split(',', ')')[1]);
    }
}
