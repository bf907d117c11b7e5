extern alias ScottPlotPackage;

using System.Globalization;
using System.Text;
using System.Xml.Linq;
using ScottPlotPackage::ScottPlot;
using ScottPlotPackage::ScottPlot.Plottables;

namespace Crammed.Cli.Plotting;

/// <summary>A figure as SVG: Skia's, with what it leaves out or gets wrong put right.</summary>
internal static class SvgPicture
{
    private const string Families = $"{PlotFont.Family}, Helvetica, Arial, sans-serif";

    /// <summary>The file's bytes. The figure loses its dashes, of which Skia's SVG would know nothing.</summary>
    public static byte[] Of(Plot figure, int width, int height)
    {
        // A figure's lines of one colour and one width have the same dashes.
        var dashes = figure.GetPlottables<Scatter>().Select(line => (line.LineColor.ToHex(), line.LineWidth, line.LinePattern.Intervals))
            .DistinctBy(line => (line.Item1, line.LineWidth)).ToDictionary(line => (line.Item1, line.LineWidth), line => line.Intervals);
        foreach (var line in figure.GetPlottables<Scatter>())
            line.LinePattern = LinePattern.Solid;
        var picture = XDocument.Parse(figure.GetSvgXml(width, height)).Root!;
        // A size to scale from.
        picture.SetAttributeValue("viewBox", FormattableString.Invariant($"0 0 {width} {height}"));
        foreach (var path in picture.Descendants(picture.Name.Namespace + "path"))
            Dash(path, dashes);
        foreach (var text in picture.Descendants(picture.Name.Namespace + "text"))
            Mend(text);
        return Encoding.UTF8.GetBytes(picture.ToString(SaveOptions.DisableFormatting) + "\n");
    }

    private static void Dash(XElement path, Dictionary<(string Colour, float Width), float[]> dashes)
    {
        if (path.Attribute("stroke") is { } colour && path.Attribute("stroke-width") is { } width
            && dashes.TryGetValue((colour.Value, float.Parse(width.Value, CultureInfo.InvariantCulture)), out var intervals)
            && intervals.Length > 0)
        {
            path.SetAttributeValue("stroke-dasharray", string.Join(' ', intervals.Select(length => $"{length:R}")));
        }
    }

    /// <summary>
    /// Ends lists of coordinates without a comma (with one, viewers may ignore the list); names what to fall back on where the font is not
    /// installed, and does not clip it, as it may be wider.
    /// </summary>
    private static void Mend(XElement text)
    {
        text.Value = text.Value.Trim('\n', '\t');
        foreach (var positions in text.Attributes().Where(attribute => attribute.Name == "x" || attribute.Name == "y"))
            positions.Value = positions.Value.TrimEnd(',', ' ');
        text.SetAttributeValue("font-family", Families);
        text.Ancestors().Attributes("clip-path").Remove();
    }
}
