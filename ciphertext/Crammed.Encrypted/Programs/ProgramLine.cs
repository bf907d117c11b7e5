using System.Globalization;

namespace Crammed.Encrypted.Programs;

/// <summary>A line of a program's text as words, read from left to right: names, numbers, and single characters of punctuation.</summary>
/// <param name="text">the line</param>
/// <param name="place">file and line, for messages</param>
internal sealed class ProgramLine(string text, string place)
{
    private readonly string[] _words = [.. Words(text, place)];
    private int _next;

    public bool IsAtEnd => _next == _words.Length;

    /// <summary>The word after the next one, or nothing.</summary>
    public string Second => _next + 1 < _words.Length ? _words[_next + 1] : "";

    public bool NextIsNumber => !IsAtEnd && (char.IsAsciiDigit(_words[_next][0]) || _words[_next] is ['-', _, ..]);

    public ProgramFormatException Error(string message) => new($"{place}: {message}");

    /// <summary>Passes over a word if it is the next one.</summary>
    public bool Take(string word)
    {
        if (IsAtEnd || _words[_next] != word)
            return false;
        _next++;
        return true;
    }

    public void Expect(string word)
    {
        if (!Take(word))
            throw Error($"'{word}' is expected {Found()}");
    }

    public void ExpectEnd()
    {
        if (!IsAtEnd)
            throw Error($"the line should end {Found()}");
    }

    public string Name(string what)
    {
        if (IsAtEnd || !ProgramText.IsName(_words[_next]))
            throw Error($"{what} is expected {Found()}");
        return _words[_next++];
    }

    public int Integer(string what, int least, int most)
    {
        var value = Integer(what);
        return value >= least && value <= most ? (int)value : throw Error($"{what} is {value}; it may be {least} to {most}");
    }

    public long Integer(string what)
    {
        if (IsAtEnd || !long.TryParse(_words[_next], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value))
            throw Error($"{what}, a whole number, is expected {Found()}");
        _next++;
        return value;
    }

    public double Number(string what)
    {
        if (IsAtEnd
            || !double.TryParse(_words[_next], NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            || !double.IsFinite(value))
        {
            throw Error($"{what}, a finite number, is expected {Found()}");
        }
        _next++;
        return value;
    }

    /// <summary>Items with a word between them.</summary>
    public List<T> List<T>(string separator, Func<T> item)
    {
        var items = new List<T>();
        do
            items.Add(item());
        while (Take(separator));
        return items;
    }

    private string Found() => IsAtEnd ? "at the end of the line" : $"instead of '{_words[_next]}'";

    private static IEnumerable<string> Words(string text, string place)
    {
        for (var i = 0; i < text.Length;)
        {
            if (text[i] == ' ')
            {
                i++;
                continue;
            }
            var end = i + 1;
            if (ProgramText.IsNameStart(text[i]))
            {
                while (end < text.Length && ProgramText.IsNamePart(text[end]))
                    end++;
            }
            else if (char.IsAsciiDigit(text[i]) || text[i] == '-' && end < text.Length && char.IsAsciiDigit(text[end]))
                end = EndOfNumber(text, end);
            else if (!"[],;:=*+-/^".Contains(text[i]))
                throw new ProgramFormatException($"{place}: the character U+{(int)text[i]:X4} at column {i + 1} means nothing here");
            yield return text[i..end];
            i = end;
        }
    }

    /// <summary>Digits, a point, an exponent with its sign.</summary>
    private static int EndOfNumber(string text, int end)
    {
        while (end < text.Length && IsPart(text[end], text[end - 1]))
            end++;
        return end;

        static bool IsPart(char character, char before) =>
            char.IsAsciiDigit(character) || character is '.' or 'E' || character is '+' or '-' && before == 'E';
    }
}
