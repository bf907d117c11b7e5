extern alias ScottPlotPackage;

using Crammed.Files;
using ScottPlotPackage::ScottPlot;
using SkiaSharp;

namespace Crammed.Cli.Plotting;

/// <summary>Draws plots into files.</summary>
internal static class Plotter
{
    // Pixels are those of CSS, 96 an inch; a PDF measures in points, 72 an inch.
    private const float PointsPerPixel = 72f / 96;

    /// <summary>Draws into a file, whole or not at all; its ending (.svg, .png, .pdf) chooses the format.</summary>
    /// <exception cref="ArgumentException">The plot cannot be drawn or the ending is unknown.</exception>
    /// <exception cref="PlottingException">The drawing library or its font is missing.</exception>
    public static void Draw(PlotDescription plot, string path)
    {
        plot.Validate();
        Func<Plot, PlotDescription, byte[]> format = Path.GetExtension(path) switch
        {
            ".svg" => static (figure, plot) => SvgPicture.Of(figure, plot.Width, plot.Height),
            ".png" => static (figure, plot) => figure.GetImageBytes(plot.Width, plot.Height, ImageFormat.Png),
            ".pdf" => Pdf,
            var other => throw new ArgumentException($"{path}: plots end in .svg, .png or .pdf, not '{other}'", nameof(path)),
        };
        AtomicFile.WriteBytes(path, Render(plot, format));
    }

    private static byte[] Render(PlotDescription plot, Func<Plot, PlotDescription, byte[]> format)
    {
        try
        {
            using var figure = Figure.Of(plot);
            return format(figure, plot);
        }
        catch (Exception exception) when ((exception as TypeInitializationException)?.InnerException is DllNotFoundException
            || exception is DllNotFoundException)
        {
            throw new PlottingException($"the drawing library cannot be loaded: {exception.Message}", exception);
        }
    }

    private static byte[] Pdf(Plot figure, PlotDescription plot)
    {
        using var bytes = new MemoryStream();
        using (var document = SKDocument.CreatePdf(bytes, new SKDocumentPdfMetadata { Title = plot.Title }))
        {
            var page = document.BeginPage(plot.Width * PointsPerPixel, plot.Height * PointsPerPixel);
            page.Scale(PointsPerPixel);
            figure.Render(page, plot.Width, plot.Height);
            document.EndPage();
            document.Close();
        }
        return bytes.ToArray();
    }
}
