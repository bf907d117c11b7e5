using System.Text;

namespace Crammed.Text;

/// <summary>Splits normalised text into words: at white space, which goes, and around each punctuation mark, which is a word.</summary>
internal static class BertPreTokenizer
{
    /// <summary>The words of a text in order, as ranges of its characters.</summary>
    /// <param name="text">Normalised text.</param>
    /// <param name="splitPunctuation">False splits at white space only.</param>
    public static List<Range> Split(ReadOnlySpan<char> text, bool splitPunctuation = true)
    {
        List<Range> words = [];
        int wordStart = 0, position = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            int next = position + rune.Utf16SequenceLength;
            bool punctuation = splitPunctuation && BertCharacters.IsPunctuation(rune);
            if (punctuation || BertCharacters.IsWhiteSpace(rune))
            {
                if (position > wordStart)
                    words.Add(wordStart..position);
                if (punctuation)
                    words.Add(position..next);
                wordStart = next;
            }
            position = next;
        }
        if (position > wordStart)
            words.Add(wordStart..position);
        return words;
    }
}
