using System.Runtime.InteropServices;
using System.Text;

namespace Crammed.Text;

/// <summary>
/// Greedy longest-match-first WordPiece (Wu et al. 2016, arXiv 1609.08144; matching as in google-research/bert, tokenization.py).
/// </summary>
internal sealed class WordPieceModel
{
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _first;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _continuing;
    private readonly int _unknownId;
    private readonly int _maximumCharacters;
    private readonly int _longestFirst, _longestContinuing;
    private readonly WordCache _cache = new();

    public WordPieceModel(WordPieceVocabulary vocabulary, int unknownId, string continuingPrefix, int maximumCharacters)
    {
        Dictionary<string, int> first = new(vocabulary.Count, StringComparer.Ordinal);
        Dictionary<string, int> continuing = new(StringComparer.Ordinal);
        for (int id = 0; id < vocabulary.Count; id++)
        {
            string token = vocabulary[id];
            first.Add(token, id);
            _longestFirst = Math.Max(_longestFirst, token.Length);
            if (token.Length > continuingPrefix.Length && token.StartsWith(continuingPrefix, StringComparison.Ordinal))
            {
                continuing.Add(token[continuingPrefix.Length..], id);
                _longestContinuing = Math.Max(_longestContinuing, token.Length - continuingPrefix.Length);
            }
        }
        _first = first.GetAlternateLookup<ReadOnlySpan<char>>();
        _continuing = continuing.GetAlternateLookup<ReadOnlySpan<char>>();
        _unknownId = unknownId;
        _maximumCharacters = maximumCharacters;
    }

    /// <summary>Appends the ids of a word: its pieces, or the unknown token alone where they do not cover it.</summary>
    public void Append(ReadOnlySpan<char> word, List<int> ids)
    {
        if (_cache.TryAppend(word, ids))
            return;
        int before = ids.Count;
        if (IsTooLong(word) || !TryAppendPieces(word, ids))
        {
            ids.RemoveRange(before, ids.Count - before);
            ids.Add(_unknownId);
        }
        _cache.Add(word, CollectionsMarshal.AsSpan(ids)[before..]);
    }

    private bool TryAppendPieces(ReadOnlySpan<char> word, List<int> ids)
    {
        int start = 0;
        while (start < word.Length)
        {
            Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> pieces = start == 0 ? _first : _continuing;
            int length = Math.Min(word.Length - start, start == 0 ? _longestFirst : _longestContinuing);
            int id = 0;
            while (length > 0 && !pieces.TryGetValue(word.Slice(start, length), out id))
                length--;
            if (length == 0)
                return false;
            ids.Add(id);
            start += length;
        }
        return true;
    }

    private bool IsTooLong(ReadOnlySpan<char> word)
    {
        if (word.Length <= _maximumCharacters)
            return false;
        int characters = 0;
        foreach (Rune _ in word.EnumerateRunes())
            characters++;
        return characters > _maximumCharacters;
    }
}
