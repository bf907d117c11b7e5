using System.Buffers;
using System.Text;

namespace Crammed.Text;

/// <summary>
/// Normalises a text and splits it into words in one pass, which gives the same words as <see cref="BertNormalizer"/> followed by
/// <see cref="BertPreTokenizer"/>. A piece between ASCII blanks that is ASCII itself, nearly every one of English prose, takes a path
/// without allocations; any other goes through these two. Cutting at blanks changes nothing: a blank ends a word, combining marks are not
/// reordered across it, and no other rule looks at neighbours. Safe for use by several threads.
/// </summary>
internal sealed class BertWordSplitter
{
    private static readonly SearchValues<char> Blanks = SearchValues.Create(" \t\n\r");

    private readonly BertNormalizer _normalizer;
    private readonly bool _lowerCase;

    public BertWordSplitter(BertOptions options)
    {
        _lowerCase = options.LowerCaseBeforeTokenization;
        _normalizer = new BertNormalizer(
            options.IndividuallyTokenizeCjk, options.RemoveNonSpacingMarks ?? _lowerCase, _lowerCase);
    }

    /// <summary>The text as words are cut from it.</summary>
    public string Normalize(ReadOnlySpan<char> text) => _normalizer.Normalize(text);

    /// <summary>Hands over the words of a text in order.</summary>
    public void Split<TReceiver>(ReadOnlySpan<char> text, ref TReceiver receiver)
        where TReceiver : struct, IWordReceiver
    {
        while (!text.IsEmpty)
        {
            int end = text.IndexOfAny(Blanks);
            ReadOnlySpan<char> piece = end < 0 ? text : text[..end];
            if (!piece.IsEmpty && !TrySplitAscii(piece, ref receiver))
                SplitAny(piece, ref receiver);
            text = end < 0 ? [] : text[(end + 1)..];
        }
    }

    /// <summary>Takes a piece of printable ASCII; leaves any other, and very long ones, alone.</summary>
    private bool TrySplitAscii<TReceiver>(ReadOnlySpan<char> piece, ref TReceiver receiver)
        where TReceiver : struct, IWordReceiver
    {
        const int LongestPiece = 256;
        if (piece.Length > LongestPiece || piece.ContainsAnyExceptInRange('!', '~'))
            return false;
        Span<char> folded = stackalloc char[LongestPiece];
        folded = folded[..piece.Length];
        if (_lowerCase)
            Ascii.ToLower(piece, folded, out _);
        else
            piece.CopyTo(folded);
        int start = 0;
        for (int position = 0; position < folded.Length; position++)
        {
            if (char.IsAsciiLetterOrDigit(folded[position]))
                continue;
            if (position > start)
                receiver.Receive(folded[start..position]);
            receiver.Receive(folded.Slice(position, 1));
            start = position + 1;
        }
        if (start < folded.Length)
            receiver.Receive(folded[start..]);
        return true;
    }

    private void SplitAny<TReceiver>(ReadOnlySpan<char> piece, ref TReceiver receiver)
        where TReceiver : struct, IWordReceiver
    {
        string normalized = _normalizer.Normalize(piece);
        foreach (Range word in BertPreTokenizer.Split(normalized))
            receiver.Receive(normalized.AsSpan(word));
    }
}
