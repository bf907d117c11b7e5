using System.Globalization;
using System.Text;

namespace Crammed.Text;

/// <summary>
/// Unicode's canonical decomposition (normalization form D; Unicode Standard, section 3.11).
/// </summary>
/// <remarks>
/// The programs run with invariant globalization, where <see cref="string.Normalize()"/> returns text outside ASCII as it is;
/// the table comes as a resource, written by canonical_decomposition.py.
/// </remarks>
internal static class CanonicalDecomposition
{
    private const int HangulFirst = 0xAC00, HangulCount = 11172;
    private const int LeadFirst = 0x1100, VowelFirst = 0x1161, TailFirst = 0x11A7;
    private const int VowelCount = 21, TailCount = 28;

    /// <summary>Below this, no character decomposes and none combines.</summary>
    private const int FirstAffected = 0xC0;

    private static readonly Dictionary<int, Rune[]> Decompositions = [];
    private static readonly Dictionary<int, byte> CombiningClasses = [];

    static CanonicalDecomposition()
    {
        using var stream = typeof(CanonicalDecomposition).Assembly.GetManifestResourceStream("CanonicalDecomposition.txt")
            ?? throw new InvalidOperationException("The resource CanonicalDecomposition.txt is missing from the assembly.");
        using StreamReader reader = new(stream, Encoding.UTF8);
        while (reader.ReadLine() is { } line)
        {
            var fields = line.Split(' ');
            switch (fields[0])
            {
                case "D":
                    Decompositions.Add(Hexadecimal(fields[1]), [.. fields.Skip(2).Select(field => new Rune(Hexadecimal(field)))]);
                    break;
                case "C":
                    var combiningClass = byte.Parse(fields[3], CultureInfo.InvariantCulture);
                    for (var code = Hexadecimal(fields[1]); code <= Hexadecimal(fields[2]); code++)
                        CombiningClasses.Add(code, combiningClass);
                    break;
            }
        }
    }

    /// <summary>Form D of a text: every character decomposed, runs of combining marks in canonical order.</summary>
    public static List<Rune> Decompose(ReadOnlySpan<char> text)
    {
        List<Rune> decomposed = new(text.Length);
        foreach (var rune in text.EnumerateRunes())
            AppendDecomposition(rune, decomposed);
        OrderMarks(decomposed);
        return decomposed;
    }

    private static void AppendDecomposition(Rune rune, List<Rune> output)
    {
        var hangul = rune.Value - HangulFirst;
        if (rune.Value < FirstAffected)
        {
            output.Add(rune);
        }
        else if (hangul is >= 0 and < HangulCount)
        {
            output.Add(new Rune(LeadFirst + hangul / (VowelCount * TailCount)));
            output.Add(new Rune(VowelFirst + hangul % (VowelCount * TailCount) / TailCount));
            if (hangul % TailCount != 0)
                output.Add(new Rune(TailFirst + hangul % TailCount));
        }
        else if (Decompositions.TryGetValue(rune.Value, out var parts))
        {
            output.AddRange(parts);
        }
        else
        {
            output.Add(rune);
        }
    }

    /// <summary>Sorts each run of characters of non-zero combining class by that class; equal classes keep their order.</summary>
    private static void OrderMarks(List<Rune> runes)
    {
        for (var start = 0; start < runes.Count; start++)
        {
            var end = start;
            while (end < runes.Count && CombiningClass(runes[end]) != 0)
                end++;
            if (end - start < 2)
                continue;
            var position = start;
            foreach (var rune in runes.GetRange(start, end - start).OrderBy(CombiningClass))
                runes[position++] = rune;
            start = end;
        }
    }

    private static int CombiningClass(Rune rune) =>
        rune.Value < FirstAffected ? 0 : CombiningClasses.GetValueOrDefault(rune.Value);

    private static int Hexadecimal(string field) => int.Parse(field, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
