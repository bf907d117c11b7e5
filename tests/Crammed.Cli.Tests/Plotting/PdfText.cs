using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;

namespace Crammed.Cli.Tests.Plotting;

/// <summary>The texts of a PDF whose only font carries a table from its glyphs to characters (ToUnicode), as Skia writes them.</summary>
internal static partial class PdfText
{
    /// <summary>Each text that is shown, in order.</summary>
    public static IEnumerable<string> Read(byte[] pdf)
    {
        string[] streams = [.. Streams(Encoding.Latin1.GetString(pdf))];
        var characters = Characters(streams.Single(stream => stream.StartsWith("/CIDInit", StringComparison.Ordinal)));
        foreach (var shown in streams.Where(stream => !stream.StartsWith('\0')).SelectMany(stream => Shown().Matches(stream)))
        {
            var glyphs = Hexadecimal().Matches(shown.Value).SelectMany(part => part.Groups[1].Value.Chunk(4));
            yield return string.Concat(glyphs.Select(glyph => characters[new string(glyph)]));
        }
    }

    private static IEnumerable<string> Streams(string pdf)
    {
        foreach (Match stream in Stream().Matches(pdf))
        {
            using var content = new ZLibStream(
                new MemoryStream(Encoding.Latin1.GetBytes(stream.Groups[1].Value)), CompressionMode.Decompress);
            yield return new StreamReader(content, Encoding.Latin1).ReadToEnd();
        }
    }

    private static Dictionary<string, string> Characters(string table)
    {
        var characters = new Dictionary<string, string>();
        foreach (Match block in Block().Matches(table))
        {
            var numbers = Hexadecimal().Matches(block.Groups[2].Value)
                .Select(number => int.Parse(number.Groups[1].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToList();
            var isRange = block.Groups[1].Value == "range";
            foreach (var entry in numbers.Chunk(isRange ? 3 : 2))
            {
                for (var i = 0; i <= (isRange ? entry[1] - entry[0] : 0); i++)
                    characters[$"{entry[0] + i:X4}"] = ((char)(entry[^1] + i)).ToString();
            }
        }
        return characters;
    }

    [GeneratedRegex(@"FlateDecode\s[^>]*>> stream\n(.*?)\nendstream", RegexOptions.Singleline)]
    private static partial Regex Stream();

    [GeneratedRegex(@"beginbf(char|range)(.*?)endbf", RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"\nBT\n(.*?)\nET\n", RegexOptions.Singleline)]
    private static partial Regex Shown();

    [GeneratedRegex("<([0-9A-F]+)>")]
    private static partial Regex Hexadecimal();
}
