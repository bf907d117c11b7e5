using System.Buffers.Binary;
using System.Text;
using System.Xml.Linq;
using Crammed.Cli.Plotting;
using SkiaSharp;

namespace Crammed.Cli.Tests.Plotting;

internal sealed class PlotterTests : FolderTests
{
    private const string Blue = "#0072B2";
    private const string Vermilion = "#D55E00";

    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    [Test]
    public void Svg_has_the_size_the_texts_and_a_path_for_each_series()
    {
        var picture = DrawSvg(Plot());
        Assert.That(picture.Attribute("viewBox")!.Value, Is.EqualTo("0 0 900 540"));
        Assert.That(Texts(picture), Is.SupersetOf(new[] { "Loss", "step", "loss (nats)", "encrypted", "clear" }));
        var heights = HeightsOfLine(picture, Blue);
        Assert.That(heights, Has.Length.EqualTo(3), "a corner for each value");
        Assert.That(
            heights[1] - heights[0], Is.EqualTo(heights[2] - heights[1]).Within(0.1).And.GreaterThan(10), "0.7, 0.6, 0.5 fall evenly");
        Assert.That(HeightsOfLine(picture, Vermilion), Has.Length.EqualTo(3).And.All.LessThan(heights[2]));
    }

    [Test]
    public void Text_of_an_svg_names_a_font_with_others_to_fall_back_on_and_stands_whole_where_it_should()
    {
        var texts = DrawSvg(Plot()).Descendants(Svg + "text").ToList();
        foreach (var text in texts)
        {
            Assert.That(text.Attribute("font-family")!.Value, Is.EqualTo("Inter, Helvetica, Arial, sans-serif"));
            double[] positions = [.. text.Attribute("x")!.Value.Split(',').Select(double.Parse)];
            Assert.That(positions, Is.Ordered.Ascending.And.Length.EqualTo(text.Value.Trim().Length), "no comma at the end");
            Assert.That(double.Parse(text.Attribute("y")!.Value), Is.InRange(-40, 40));
            Assert.That(text.AncestorsAndSelf().Attributes("clip-path"), Is.Empty, "another font may be wider");
        }
        double[] title = [.. texts.Single(text => text.Value.Trim() == "Loss").Attribute("x")!.Value.Split(',').Select(double.Parse)];
        // Four letters of 16 pixels, each a quarter to one and a half of half an em wide.
        Assert.That(title.Zip(title.Skip(1), (left, right) => right - left), Is.All.InRange(4, 12));
    }

    [Test]
    public void Png_has_the_size()
    {
        var path = Folder.Combine("plot.png");
        Plotter.Draw(Plot() with { Width = 640, Height = 400 }, path);
        var bytes = File.ReadAllBytes(path);
        Assert.That(bytes[..8], Is.EqualTo(new byte[] { 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a }));
        Assert.That(BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(16)), Is.EqualTo(640));
        Assert.That(BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(20)), Is.EqualTo(400));
        Assert.That(Directory.GetFiles(Folder.Path), Is.EqualTo(new[] { path }), "no temporary file stays");
    }

    /// <summary>
    /// A text of three times as many letters has three times the dark pixels, but for how its strokes fall on pixels (measured: within
    /// 10 %); a stroke of a letter has about ten.
    /// </summary>
    [Test]
    public void Png_has_ink_where_its_texts_are()
    {
        using var once = DrawPng(Plot() with { Title = "Loss", XLabel = "step", YLabel = "nats" });
        using var thrice = DrawPng(Plot() with { Title = "LossLossLoss", XLabel = "stepstepstep", YLabel = "natsnatsnats" });
        SKRectI title = new(0, 0, 900, 28), xLabel = new(0, 516, 900, 540), yLabel = new(0, 60, 20, 500), tics = new(60, 495, 900, 514);
        foreach (var region in new[] { title, xLabel, yLabel })
            Assert.That(Ink(thrice, region), Is.EqualTo(3 * Ink(once, region)).Within(20).Percent.And.GreaterThan(3 * 4 * 10));
        Assert.That(Ink(once, tics), Is.GreaterThan(3 * 10), "the numbers 0, 1, 2");
    }

    [Test]
    public void Pdf_has_the_size_and_the_texts()
    {
        const string Title = "Loss of é, ≥ log₂(10⁻⁵) & <b>";
        var path = Folder.Combine("plot.pdf");
        Plotter.Draw(Plot() with { Title = Title }, path);
        var bytes = File.ReadAllBytes(path);
        Assert.That(
            Encoding.Latin1.GetString(bytes), Does.StartWith("%PDF-1.").And.Contains("/MediaBox [0 0 675 405]").And.Contains("Inter-Regular"));
        Assert.That(PdfText.Read(bytes), Is.SupersetOf(new[] { Title, "step", "loss (nats)", "encrypted", "clear", "0", "1", "2" }));
        Assert.That(Directory.GetFiles(Folder.Path), Is.EqualTo(new[] { path }), "no temporary file stays");
    }

    [Test]
    public void A_logarithmic_axis_spaces_decades_evenly()
    {
        double[] decades = [1, 10, 100, 1000];
        var picture = DrawSvg(Plot() with { HasLogY = true, Series = [new PlotSeries("d", [0, 1, 2, 3], decades)] });
        Assert.That(Texts(picture), Is.SupersetOf(new[] { "1", "10", "100", "1000" }));
        double[] heights = [.. decades.Select(value => HeightOfTic(picture, $"{value}"))];
        Assert.That(heights[0] - heights[1], Is.EqualTo(heights[2] - heights[3]).Within(0.2).And.GreaterThan(10));
    }

    [TestCase(1e-9, 1e-4, "10⁻⁹", "10⁻⁵", "10⁻⁴")]
    [TestCase(1e-30, 1e30, "10⁻²⁴", "1", "10²⁴")]
    [TestCase(0.3, 6, "1", "2", "3", "4", "5", "6")]
    [TestCase(0.7, 0.8, "0.72", "0.74", "0.76", "0.78")]
    [TestCase(1e6, 1.001e6, "1,000,200", "1,000,800")]
    [TestCase(1, 1.0000000000000002, "1")]
    [TestCase(3, 3, "1", "10")]
    public void A_logarithmic_axis_of_any_width_is_labelled(double from, double to, params string[] expected)
    {
        var picture = DrawSvg(Plot() with { HasLogY = true, Series = [new PlotSeries("d", [0, 1], [from, to])] });
        Assert.That(Texts(picture), Is.SupersetOf(expected));
    }

    [Test]
    public void Neighbours_beyond_the_largest_gap_are_not_joined()
    {
        double[] x = [0, 1, 3, 4, 5], y = [1, 2, 3, 4, 5];
        var joined = DrawSvg(Plot() with { Series = [new PlotSeries("s", x, y)] });
        Assert.That(HeightsOfLine(joined, Blue), Has.Length.EqualTo(5));
        var broken = DrawSvg(Plot() with { Series = [new PlotSeries("s", x, y, LargestGap: 1.5)] });
        Assert.That(HeightsOfLine(broken, Blue), Has.Length.EqualTo(3), "the last piece");
    }

    [Test]
    public void Of_many_lines_each_can_be_told_apart_and_references_are_grey()
    {
        PlotSeries[] many = [.. Enumerable.Range(0, 9).Select(i => new PlotSeries($"line {i}", [0, 1], [i, i + 1]))];
        var reference = new PlotSeries("reference", [0, 1], [1, 2], IsReference: true);
        var picture = DrawSvg(Plot() with { Series = [.. many, reference] });
        var looks = picture.Descendants(Svg + "path").Where(path => path.Attribute("stroke") is not null)
            .Select(path => (Colour: path.Attribute("stroke")!.Value, Dashes: path.Attribute("stroke-dasharray")?.Value)).Distinct().ToList();
        Assert.That(looks.Count(look => look.Colour == Blue), Is.EqualTo(2), "lines 0 and 7, of which one is dashed");
        Assert.That(looks.Single(look => look.Colour == "#7F7F7F").Dashes, Is.Not.Null);
        Assert.That(Texts(picture), Is.SupersetOf(many.Append(reference).Select(series => series.Name)), "the legend has room for all");
    }

    [Test]
    public void Raw_values_are_a_faint_line_behind_the_smoothed_ones_and_points_need_no_line()
    {
        double[] x = [0, 1, 2, 3], raw = [1, 5, 2, 6], smoothed = [2, 3, 4, 5];
        PlotSeries[] series =
            [new PlotSeries("smoothed", x, smoothed) { RawY = raw }, new PlotSeries("dots", x, raw, ShowsPoints: true) { ShowsLine = false }];
        var picture = DrawSvg(Plot() with { Series = series });
        var lines = picture.Descendants(Svg + "path").Where(path => path.Attribute("stroke")?.Value == Blue).ToList();
        Assert.That(double.Parse(lines[0].Attribute("stroke-opacity")!.Value), Is.EqualTo(0.3).Within(0.01));
        Assert.That(lines[1].Attribute("stroke-opacity"), Is.Null);
        Assert.That(Heights(lines[0]).Zip(Heights(lines[1]), (faint, full) => Math.Sign(faint - full)), Is.EqualTo(new[] { 1, -1, 1, -1 }));
        Assert.That(picture.Descendants(Svg + "path").Where(path => path.Attribute("stroke")?.Value == Vermilion), Is.Empty);
        Assert.That(
            picture.Descendants(Svg + "ellipse").Count(point => point.Attribute("fill")?.Value == Vermilion), Is.EqualTo(4 + 1), "and the legend's");
        Assert.That(Texts(picture).Count(text => text is "smoothed" or "dots"), Is.EqualTo(2));
    }

    [Test]
    public void Nothing_in_a_text_is_a_command_or_markup()
    {
        var victim = Folder.Combine("victim");
        var hostile = $"it's '; system(\"touch {victim}\"); print 1 @HOME \\ \\141 é %s\n"
            + $"set output '{victim}'\n`touch {victim}` a_b^c {{/Bold x}}";
        var name = "'; exit\n' {/Bold x}_y <b>&amp;</b> \"]]>\ud800.\0.\ufffe";
        var plot = Plot() with { Title = hostile, XLabel = hostile, YLabel = hostile, Series = [new PlotSeries(name, [1, 2], [3, 4])] };
        var picture = DrawSvg(plot);
        Assert.That(File.Exists(victim), Is.False);
        Assert.That(Texts(picture).Count(text => text == hostile.ReplaceLineEndings(" ")), Is.EqualTo(3));
        Assert.That(Texts(picture), Does.Contain("'; exit ' {/Bold x}_y <b>&amp;</b> \"]]>. ."), "what the font lacks is left out");
    }

    [Test]
    public void Digits_after_punctuation_stay_what_they_are()
    {
        const string Title = "log_2 of 10-74 and (0.5)8";
        var picture = DrawSvg(Plot() with { Title = Title });
        Assert.That(Texts(picture), Does.Contain(Title));
    }

    [Test]
    public void A_missing_or_damaged_font_is_one_clear_error()
    {
        string missing = Folder.Combine("none.dll"), text = Folder.Write("text.dll", "no library");
        Assert.That(
            () => PlotFont.Read(missing),
            Throws.TypeOf<PlottingException>().With.Message.StartsWith($"{missing} does not give the plots' font; build crammed again: "));
        Assert.That(() => PlotFont.Read(text), Throws.TypeOf<PlottingException>().With.Message.StartsWith($"{text} does not give"));
        var other = typeof(PlotterTests).Assembly.Location;
        Assert.That(() => PlotFont.Read(other), Throws.TypeOf<PlottingException>().With.Message.Contains("it has no resource"));
    }

    [Test]
    public void A_picture_that_cannot_be_written_leaves_nothing_and_what_was_there()
    {
        var path = Directory.CreateDirectory(Folder.Combine("plot.svg")).FullName;
        Assert.That(() => Plotter.Draw(Plot(), path), Throws.InstanceOf<SystemException>());
        Assert.That(() => Plotter.Draw(Plot(), Folder.Combine("none/plot.svg")), Throws.TypeOf<DirectoryNotFoundException>());
        Assert.That(Directory.GetFileSystemEntries(Folder.Path), Is.EqualTo(new[] { path }));
    }

    [TestCase(-0.4, 0.4, "-0.2", "0", "0.2")]
    [TestCase(0.0002, 0.0009, "0.0003")]
    [TestCase(-2e-7, 2e-7, "-1×10⁻⁷", "0", "1×10⁻⁷")]
    [TestCase(1000, 9000, "2,000")]
    [TestCase(3e9, 9e9, "5×10⁹")]
    [TestCase(0, 1e300, "5×10²⁹⁹")]
    public void Labels_of_an_axis_are_short(double from, double to, params string[] expected)
    {
        var picture = DrawSvg(Plot() with { Series = [new PlotSeries("d", [0, 1], [from, to])] });
        Assert.That(Texts(picture), Is.SupersetOf(expected));
    }

    [Test]
    public void Any_values_can_be_drawn([Values(0, 5e-324, 1e-300, 1, 1e15, 9e299)] double size, [Values(0, -1, 1.0000000000000002)] double other)
    {
        double[] x = [.. new[] { 1, other }.Select(factor => factor * size)];
        var picture = DrawSvg(Plot() with { Series = [new PlotSeries("s", x, x, ShowsPoints: true)] });
        Assert.That(Texts(picture).Count(text => text is "Loss" or "step" or "loss (nats)" or "s"), Is.EqualTo(4));
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
            Plot() with { Series = [new PlotSeries("s", [1, 2], [1, -1.1e300])] }, "y[1] = -1.1E+300, which cannot be drawn");
        yield return new TestCaseData(
            Plot() with { HasLogX = true, Series = [new PlotSeries("s", [0], [1])] }, "x[0] = 0, which a logarithmic axis");
        yield return new TestCaseData(
            Plot() with { Series = [new PlotSeries("s", [1, 2], [1, 2]) { RawY = [1] }] }, "has 2 y and 1 raw y values");
        yield return new TestCaseData(
            Plot() with { Series = [new PlotSeries("s", [1], [1]) { RawY = [double.PositiveInfinity] }] }, "raw y[0] = ");
    }

    [TestCaseSource(nameof(WrongPlots))]
    public void A_plot_that_cannot_be_drawn_is_refused(LinePlot plot, string expected) =>
        Assert.That(() => Plotter.Draw(plot, Folder.Combine("plot.svg")),
            Throws.ArgumentException.With.Message.Contains(expected));

    /// <summary>A row for each name, the first on top, and a bar of each colour in it.</summary>
    [Test]
    public void Bars_have_names_and_colours()
    {
        Plotter.Draw(Bars(), Folder.Combine("plot.svg"));
        var picture = XDocument.Load(Folder.Combine("plot.svg")).Root!;
        Assert.That(Texts(picture), Is.SupersetOf(new[] { "Time", "seconds", "layer 0", "head", "predicted", "measured" }));
        Assert.That(HeightOfTic(picture, "layer 0"), Is.LessThan(HeightOfTic(picture, "head")));
        foreach (var colour in new[] { "#0072B2", "#D55E00" })
            Assert.That(picture.Descendants().Attributes("fill").Count(fill => fill.Value == colour), Is.GreaterThanOrEqualTo(2), colour);
    }

    [Test]
    public void Bars_that_cannot_be_drawn_are_refused()
    {
        Assert.That(
            () => (Bars() with { Series = [new BarSeries("predicted", [1])] }).Validate(),
            Throws.ArgumentException.With.Message.Contains("'predicted' has 1 values for 2 rows"));
        Assert.That(
            () => (Bars() with { Series = [new BarSeries("predicted", [1, double.NaN])] }).Validate(),
            Throws.ArgumentException.With.Message.Contains("value[1] = NaN, which cannot be drawn"));
        Assert.That(() => (Bars() with { Rows = [] }).Validate(), Throws.ArgumentException.With.Message.Contains("has no bars"));
    }

    [Test]
    public void Places_along_an_axis_can_have_names()
    {
        var picture = DrawSvg(Plot() with { XMarks = [new(0, "layer 0"), new(2, "head")] });
        Assert.That(Texts(picture), Is.SupersetOf(new[] { "layer 0", "head" }));
    }

    [Test]
    public void An_unknown_ending_is_refused() => Assert.That(
        () => Plotter.Draw(Plot(), "plot.jpg"), Throws.ArgumentException.With.Message.Contains("plots end in .svg, .png or .pdf"));

    private static BarPlot Bars() => new()
    {
        Title = "Time",
        XLabel = "seconds",
        Rows = ["layer 0", "head"],
        Series = [new BarSeries("predicted", [1, 2]), new BarSeries("measured", [1.5, 2.5])],
    };

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

    private XElement DrawSvg(LinePlot plot)
    {
        var path = Folder.Combine("plot.svg");
        Plotter.Draw(plot, path);
        return XDocument.Load(path).Root!;
    }

    private SKBitmap DrawPng(LinePlot plot)
    {
        var path = Folder.Combine("plot.png");
        Plotter.Draw(plot, path);
        return SKBitmap.Decode(path);
    }

    /// <summary>Pixels of a region that are darker than half.</summary>
    private static int Ink(SKBitmap picture, SKRectI region)
    {
        using var part = new SKBitmap();
        Assert.That(picture.ExtractSubset(part, region));
        return part.Pixels.Count(pixel => pixel.Red + pixel.Green + pixel.Blue < 3 * 128);
    }

    private static IEnumerable<string> Texts(XElement picture) => picture.Descendants(Svg + "text").Select(text => text.Value.Trim());

    /// <summary>The vertical positions, downwards, of the corners of the last piece of a series.</summary>
    private static double[] HeightsOfLine(XElement picture, string colour) =>
        Heights(picture.Descendants(Svg + "path").First(path => path.Attribute("stroke")?.Value == colour));

    private static double[] Heights(XElement path) =>
        [.. path.Attribute("d")!.Value.Split('M')[^1].Split('L').Select(point => double.Parse(point.Trim().Split(' ')[1]))];

    /// <summary>The vertical position of an axis label, which is moved there by a translation.</summary>
    private static double HeightOfTic(XElement picture, string label)
    {
        // The last one: labels of the horizontal axis come first.
        var text = picture.Descendants(Svg + "text").Last(text => text.Value.Trim() == label);
        return double.Parse(text.Attribute("transform")!.Value.Split(' ', ')')[1]);
    }
}
