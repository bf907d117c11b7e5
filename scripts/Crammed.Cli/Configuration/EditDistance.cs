namespace Crammed.Cli.Configuration;

/// <summary>Finds the word that a mistyped one was probably meant to be.</summary>
internal static class EditDistance
{
    /// <summary>
    /// The nearest of the candidates, or null when none is near (more than a third of the letters, and more than two, differ).
    /// A candidate whose last dotted part is exactly the word counts as near: <c>steps</c> finds <c>train.steps</c>.
    /// </summary>
    public static string? Nearest(string word, IEnumerable<string> candidates)
    {
        string? best = null;
        var bestDistance = int.MaxValue;
        foreach (var candidate in candidates)
        {
            var distance = candidate.EndsWith('.' + word, StringComparison.Ordinal) ? 1 : Between(word, candidate);
            if (distance < bestDistance)
                (best, bestDistance) = (candidate, distance);
        }
        return bestDistance <= Math.Max(2, word.Length / 3) ? best : null;
    }

    /// <summary>Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment) from one word to another.</summary>
    public static int Between(string from, string to)
    {
        var table = new int[from.Length + 1, to.Length + 1];
        for (var i = 0; i <= from.Length; i++)
            table[i, 0] = i;
        for (var j = 0; j <= to.Length; j++)
            table[0, j] = j;
        for (var i = 1; i <= from.Length; i++)
        {
            for (var j = 1; j <= to.Length; j++)
            {
                var substitution = table[i - 1, j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
                var best = Math.Min(substitution, Math.Min(table[i - 1, j], table[i, j - 1]) + 1);
                if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
                    best = Math.Min(best, table[i - 2, j - 2] + 1);
                table[i, j] = best;
            }
        }
        return table[from.Length, to.Length];
    }
}
