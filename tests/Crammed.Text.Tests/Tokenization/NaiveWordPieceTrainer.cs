using System.Text;

namespace Crammed.Text.Tests;

/// <summary>The trainer's criterion in the plainest form: count all pairs anew before each merge.</summary>
internal static class NaiveWordPieceTrainer
{
    /// <summary>Merges until no pair occurs often enough or the vocabulary is full.</summary>
    /// <param name="wordCounts">Words and how often each occurs.</param>
    /// <param name="tokens">The tokens before the merges: special ones and characters, whose order decides between equal pairs.</param>
    /// <param name="size">Most tokens.</param>
    /// <param name="minimumFrequency">Pairs that occur less often are not merged.</param>
    public static List<string> Train(
        IReadOnlyDictionary<string, int> wordCounts, IEnumerable<string> tokens, int size, int minimumFrequency)
    {
        List<string> vocabulary = [.. tokens];
        var ids = vocabulary.Select((token, id) => (token, id)).ToDictionary(entry => entry.token, entry => entry.id);
        List<(List<string> Pieces, int Count)> words =
        [
            .. wordCounts.Select(entry => (
                entry.Key.EnumerateRunes().Select((Rune character, int i) => (i == 0 ? "" : "##") + character).ToList(), entry.Value)),
        ];
        while (vocabulary.Count < size)
        {
            Dictionary<(string Left, string Right), int> counts = [];
            foreach ((var pieces, var count) in words)
            {
                for (var i = 1; i < pieces.Count; i++)
                    counts[(pieces[i - 1], pieces[i])] = counts.GetValueOrDefault((pieces[i - 1], pieces[i])) + count;
            }
            if (counts.Count == 0)
                break;
            ((var left, var right), var highest) = counts
                .OrderByDescending(entry => entry.Value).ThenBy(entry => ids[entry.Key.Left]).ThenBy(entry => ids[entry.Key.Right]).First();
            if (highest < minimumFrequency)
                break;
            var merged = left + right[2..];
            if (ids.TryAdd(merged, vocabulary.Count))
                vocabulary.Add(merged);
            foreach ((var pieces, _) in words)
            {
                for (var i = 0; i + 1 < pieces.Count; i++)
                {
                    if (pieces[i] != left || pieces[i + 1] != right)
                        continue;
                    pieces[i] = merged;
                    pieces.RemoveAt(i + 1);
                }
            }
        }
        return vocabulary;
    }
}
