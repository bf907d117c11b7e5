using System.Globalization;
using System.Text;
using Crammed.Files;

namespace Crammed.Text;

/// <summary>
/// Reads one data file of WordNet (wndb(5WN)). A concept's line: offset, lexicographer file, type, number of words (hexadecimal), words
/// each with a lexical id, number of pointers, pointers of four fields each, for verbs sentence frames, then "|" and the gloss.
/// </summary>
internal sealed class SynsetParser(string path, string partsOfSpeech)
{
    private string[] _fields = [];
    private int _next;

    /// <summary>The line of the concept last returned, from 1.</summary>
    public int LineNumber { get; private set; }

    public IEnumerable<Synset> Parse()
    {
        long position = 0;
        foreach (var line in TextLines.Read(path))
        {
            LineNumber++;
            // The licence at the start is set in by two blanks.
            if (!line.StartsWith("  ", StringComparison.Ordinal))
                yield return ParseLine(line, position);
            position += Encoding.UTF8.GetByteCount(line) + 1;
        }
    }

    private Synset ParseLine(string line, long position)
    {
        var bar = line.IndexOf('|');
        if (bar < 0)
            throw Fault("gloss", "nothing", "'|' and the gloss");
        _fields = line[..bar].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        _next = 0;

        var offset = Number("offset", NumberStyles.None, 0, int.MaxValue);
        if (offset != position)
            throw Fault("offset", $"{offset:D8}", $"the line's own position in the file, {position:D8}");
        var lexicographerFile = Number("lexicographer file", NumberStyles.None, 0, LexicographerFiles.Names.Count - 1);
        var partOfSpeech = Letter("type", partsOfSpeech);
        var words = new string[Number("number of words", NumberStyles.AllowHexSpecifier, 1, 255)];
        for (var i = 0; i < words.Length; i++)
        {
            words[i] = Field("word");
            Number("lexical id", NumberStyles.AllowHexSpecifier, 0, 15);
        }
        var pointers = new SynsetPointer[Number("number of pointers", NumberStyles.None, 0, 999)];
        for (var i = 0; i < pointers.Length; i++)
        {
            var symbol = Field("pointer symbol");
            var target = Number("pointer offset", NumberStyles.None, 0, int.MaxValue);
            pointers[i] = new SynsetPointer(symbol, target, Letter("pointer's part of speech", "nvasr"));
            Number("pointer's words", NumberStyles.AllowHexSpecifier, 0, 0xFFFF);
        }
        (var definition, var examples) = Gloss.Parse(line[(bar + 1)..]);
        if (definition.Length == 0 && examples.Count == 0)
            throw Fault("gloss", "nothing", "a definition");
        return new Synset(offset, partOfSpeech, lexicographerFile, words, pointers, definition, examples);
    }

    private string Field(string name) => _next < _fields.Length ? _fields[_next++] : throw Fault(name, "nothing", "a field");

    private int Number(string name, NumberStyles style, int minimum, int maximum)
    {
        var field = Field(name);
        return int.TryParse(field, style, CultureInfo.InvariantCulture, out var value) && value >= minimum && value <= maximum
            ? value
            : throw Fault(name, ErrorText.Quote(field), $"a number from {minimum} to {maximum}");
    }

    private char Letter(string name, string allowed)
    {
        var field = Field(name);
        return field.Length == 1 && allowed.Contains(field[0], StringComparison.Ordinal)
            ? field[0]
            : throw Fault(name, ErrorText.Quote(field), $"one of {string.Join(", ", allowed.ToCharArray())}");
    }

    private InvalidDataException Fault(string field, string found, string expected) =>
        new($"{path}, line {LineNumber}: {field} is {found}; expected {expected}.");
}
