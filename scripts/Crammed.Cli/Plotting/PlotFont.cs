extern alias ScottPlotPackage;

using System.Reflection;
using ScottPlotPackage::ScottPlot;
using SkiaSharp;

namespace Crammed.Cli.Plotting;

/// <summary>
/// The font of every plot: Inter (SIL Open Font License 1.1), which the package Avalonia.Fonts.Inter carries inside its library. Fonts of
/// the machine are not used: where there are none, ScottPlot would draw plots without text and say nothing.
/// </summary>
internal static class PlotFont
{
    /// <summary>The name in SVG and PDF.</summary>
    public const string Family = "Inter";

    private const string Face = "/Assets/Inter-Regular.ttf";
    private const string Container = "!AvaloniaResources";

    private static readonly Lazy<bool> IsInstalled = new(() =>
    {
        Fonts.FontResolvers.Insert(0, new OneTypeface(Read(Path.Combine(AppContext.BaseDirectory, "Avalonia.Fonts.Inter.dll"))));
        Fonts.Default = Family;
        return true;
    });

    /// <summary>Makes it ScottPlot's font.</summary>
    /// <exception cref="PlottingException">The library that carries the font is missing or damaged.</exception>
    public static void Install() => _ = IsInstalled.Value;

    /// <summary>The font inside a library.</summary>
    /// <exception cref="PlottingException">There is no such library, or no such font in it.</exception>
    public static SKTypeface Read(string library)
    {
        try
        {
            using var container = Assembly.LoadFrom(library).GetManifestResourceStream(Container)
                ?? throw new InvalidDataException($"it has no resource {Container}");
            return SKTypeface.FromData(SKData.CreateCopy(ReadFace(new BinaryReader(container))))
                ?? throw new InvalidDataException($"{Face} in it is no font");
        }
        catch (Exception exception) when (exception is IOException or BadImageFormatException or InvalidDataException)
        {
            throw new PlottingException($"{library} does not give the plots' font; build crammed again: {exception.Message}", exception);
        }
    }

    /// <summary>
    /// An index (its length, a version and the number of entries as 32-bit integers, then each entry's path, offset and length), then the
    /// contents, from the index's end on.
    /// </summary>
    private static byte[] ReadFace(BinaryReader container)
    {
        var start = sizeof(int) + container.ReadInt32();
        _ = container.ReadInt32();
        for (var entries = container.ReadInt32(); entries > 0; entries--)
        {
            var (path, offset, length) = (container.ReadString(), container.ReadInt32(), container.ReadInt32());
            if (path != Face)
                continue;
            container.BaseStream.Position = start + offset;
            return container.ReadBytes(length);
        }
        throw new InvalidDataException($"it has no {Face}");
    }

    /// <summary>Gives one typeface, whatever is asked for.</summary>
    private sealed class OneTypeface(SKTypeface typeface) : IFontResolver
    {
        public SKTypeface CreateTypeface(string fontName, bool bold, bool italic) => typeface;

        public SKTypeface CreateTypeface(string fontName, FontWeight weight, FontSlant slant, FontSpacing width) => typeface;
    }
}
