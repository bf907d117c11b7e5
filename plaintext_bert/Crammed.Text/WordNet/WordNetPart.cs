namespace Crammed.Text;

/// <summary>A possible example of a task on WordNet.</summary>
internal readonly record struct WordNetCandidate(Synset First, Synset? Second, int Label);

/// <summary>
/// The noun concepts of one part of WordNet that examples may use: those whose definition no other concept shares, so that no text stands
/// in both parts.
/// </summary>
internal sealed class WordNetPart
{
    private readonly WordNetDatabase _database;
    private readonly List<Synset> _usable;
    private readonly HashSet<Synset> _isUsable;

    public WordNetPart(WordNetDatabase database, TaskSplit part)
    {
        _database = database;
        _usable =
        [
            .. database.Synsets
                .Where(synset => synset.Definition.Length > 0)
                .GroupBy(synset => synset.Definition)
                .Where(sharing => sharing.Count() == 1)
                .Select(sharing => sharing.Single())
                .Where(synset => synset.PartOfSpeech == 'n' && WordNetSplit.PartOf(synset) == part),
        ];
        _isUsable = new HashSet<Synset>(_usable, ReferenceEqualityComparer.Instance);
    }

    /// <summary>Concepts of some lexicographer files, all with one label.</summary>
    public IEnumerable<WordNetCandidate> OfTopics(int label, params string[] lexicographerFiles)
    {
        HashSet<int> numbers = [.. lexicographerFiles.Select(LexicographerFiles.NumberOf)];
        return _usable
            .Where(synset => numbers.Contains(synset.LexicographerFile))
            .Select(synset => new WordNetCandidate(synset, null, label));
    }

    /// <summary>
    /// Each concept once: with its hypernym, or (half of them, by hash) with a hypernym of another concept of the same lexicographer
    /// file that is no ancestor of it.
    /// </summary>
    public IEnumerable<WordNetCandidate> HypernymPairs(int otherLabel, int hypernymLabel)
    {
        List<(Synset Synset, Synset Hypernym)> pairs =
        [
            .. from synset in _usable
               let hypernym = Hypernyms(synset).FirstOrDefault(_isUsable.Contains)
               where hypernym is not null
               select (synset, hypernym),
        ];
        var pools = pairs
            .GroupBy(pair => pair.Synset.LexicographerFile, pair => pair.Hypernym)
            .ToDictionary(pool => pool.Key, pool => pool.ToArray());
        foreach ((var synset, var hypernym) in pairs)
        {
            if (WordNetSplit.Hash(synset, "hypernym or other") % 2 == 0)
                yield return new WordNetCandidate(synset, hypernym, hypernymLabel);
            else if (OtherHypernym(synset, pools[synset.LexicographerFile]) is { } other)
                yield return new WordNetCandidate(synset, other, otherLabel);
        }
    }

    /// <summary>A member of the pool by hash that is neither the concept nor an ancestor; null where a few draws find none.</summary>
    private Synset? OtherHypernym(Synset synset, Synset[] pool)
    {
        const int Draws = 8;
        var ancestors = Ancestors(synset);
        for (var draw = 0; draw < Draws; draw++)
        {
            var drawn = pool[WordNetSplit.Hash(synset, $"draw {draw}") % (ulong)pool.Length];
            if (!ancestors.Contains(drawn))
                return drawn;
        }
        return null;
    }

    private HashSet<Synset> Ancestors(Synset synset)
    {
        HashSet<Synset> ancestors = new(ReferenceEqualityComparer.Instance) { synset };
        Stack<Synset> open = new([synset]);
        while (open.TryPop(out var next))
        {
            foreach (var hypernym in Hypernyms(next))
            {
                if (ancestors.Add(hypernym))
                    open.Push(hypernym);
            }
        }
        return ancestors;
    }

    private IEnumerable<Synset> Hypernyms(Synset synset) =>
        synset.Pointers.Where(pointer => pointer.IsHypernym).Select(pointer => _database[pointer]);
}
