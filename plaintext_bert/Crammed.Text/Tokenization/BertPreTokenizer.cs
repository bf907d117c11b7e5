using Microsoft.ML.Tokenizers;

namespace Crammed.Text;

/// <summary>Splits normalised text into words: at white space, which goes, and around each punctuation mark, which is a word.</summary>
/// <param name="splitPunctuation">False splits at white space only.</param>
internal sealed class BertPreTokenizer(bool splitPunctuation) : PreTokenizer
{
    /// <inheritdoc/>
    public override IEnumerable<(int Offset, int Length)> PreTokenize(string text) => Words(text);

    /// <inheritdoc/>
    public override IEnumerable<(int Offset, int Length)> PreTokenize(ReadOnlySpan<char> text) => Words(text);

    /// <summary>The words of a text in order.</summary>
    public List<(int Offset, int Length)> Words(ReadOnlySpan<char> text)
    {
        List<(int, int)> words = [];
        int wordStart = 0, position = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            var next = position + rune.Utf16SequenceLength;
            var punctuation = splitPunctuation && BertCharacters.IsPunctuation(rune);
            if (punctuation || BertCharacters.IsWhiteSpace(rune))
            {
                if (position > wordStart)
                    words.Add((wordStart, position - wordStart));
                if (punctuation)
                    words.Add((position, next - position));
                wordStart = next;
            }
            position = next;
        }
        if (position > wordStart)
            words.Add((wordStart, position - wordStart));
        return words;
    }
}
