using System.Runtime.InteropServices;

namespace Crammed.Text;

/// <summary>Two tokens next to each other in a word, by their ids.</summary>
internal readonly record struct TokenPair(int Left, int Right);

/// <summary>
/// Words as sequences of tokens, with the count of every pair of neighbours kept up to date while pairs are merged: a merge touches only
/// the words that have the pair.
/// </summary>
internal sealed class PairMerger
{
    private readonly List<(int[] Pieces, long Count)> _words;
    private readonly Dictionary<TokenPair, long> _counts = [];
    private readonly Dictionary<TokenPair, List<int>> _wordsWith = [];

    /// <summary>
    /// Most frequent first, then smaller ids. An entry's count may be out of date, but never below the pair's present count without a
    /// second entry that has it.
    /// </summary>
    private readonly PriorityQueue<TokenPair, (long NegatedCount, int Left, int Right)> _queue = new();

    public PairMerger(List<(int[] Pieces, long Count)> words)
    {
        _words = words;
        for (var word = 0; word < words.Count; word++)
        {
            foreach (var pair in Pairs(words[word].Pieces))
            {
                Count(pair, words[word].Count);
                Register(pair, word);
            }
        }
        foreach (var pair in _counts.Keys)
            Enqueue(pair);
    }

    /// <summary>The most frequent pair; of equals the one with the smaller ids.</summary>
    public bool TryGetBest(out TokenPair pair, out long count)
    {
        while (_queue.TryPeek(out pair, out (long NegatedCount, int, int) priority))
        {
            count = _counts.GetValueOrDefault(pair);
            if (count == -priority.NegatedCount)
                return true;
            _queue.Dequeue();
            if (count > 0)
                Enqueue(pair);
        }
        count = 0;
        return false;
    }

    /// <summary>Replaces the pair by one token in every word, from left to right.</summary>
    public void Merge(TokenPair pair, int token)
    {
        var words = _wordsWith[pair];
        _wordsWith.Remove(pair);
        HashSet<TokenPair> raised = [];
        foreach (var word in words)
        {
            (var pieces, var count) = _words[word];
            var merged = Replace(pieces, pair, token);
            if (merged.Length == pieces.Length)
                continue;
            foreach (var old in Pairs(pieces))
                Count(old, -count);
            foreach (var present in Pairs(merged))
            {
                Count(present, count);
                if (present.Left != token && present.Right != token)
                    continue;
                Register(present, word);
                raised.Add(present);
            }
            _words[word] = (merged, count);
        }
        _counts.Remove(pair);
        foreach (var changed in raised)
            Enqueue(changed);
    }

    private static int[] Replace(int[] pieces, TokenPair pair, int token)
    {
        List<int> merged = new(pieces.Length);
        for (var i = 0; i < pieces.Length; i++)
        {
            var match = i + 1 < pieces.Length && pieces[i] == pair.Left && pieces[i + 1] == pair.Right;
            merged.Add(match ? token : pieces[i]);
            if (match)
                i++;
        }
        return [.. merged];
    }

    private static IEnumerable<TokenPair> Pairs(int[] pieces)
    {
        for (var i = 1; i < pieces.Length; i++)
            yield return new TokenPair(pieces[i - 1], pieces[i]);
    }

    private void Count(TokenPair pair, long change) => CollectionsMarshal.GetValueRefOrAddDefault(_counts, pair, out _) += change;

    private void Register(TokenPair pair, int word)
    {
        var words = CollectionsMarshal.GetValueRefOrAddDefault(_wordsWith, pair, out _) ??= [];
        if (words.Count == 0 || words[^1] != word)
            words.Add(word);
    }

    private void Enqueue(TokenPair pair) => _queue.Enqueue(pair, (-_counts[pair], pair.Left, pair.Right));
}
