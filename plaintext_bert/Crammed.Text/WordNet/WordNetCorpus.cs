namespace Crammed.Text;

/// <summary>WordNet's glosses as text for pretraining.</summary>
public static class WordNetCorpus
{
    /// <summary>
    /// One document for each concept of a part: its definition, then its examples. No text that a task may evaluate on stands in the
    /// training part; the other part is for held-out perplexity. In an order by hash, so that any prefix is a fair sample.
    /// </summary>
    public static IReadOnlyList<TextDocument> Documents(WordNetDatabase database, TaskSplit part = TaskSplit.Train)
    {
        ArgumentNullException.ThrowIfNull(database);
        HashSet<string> heldOut =
            [.. database.Synsets.Where(synset => WordNetSplit.PartOf(synset) == TaskSplit.Dev).Select(synset => synset.Definition)];
        return
        [
            .. database.Synsets
                .Select(synset => (Synset: synset, Paragraphs: ParagraphsOf(synset)))
                // Some glosses recur: as the definition or as an example of another concept.
                .Where(entry => entry.Paragraphs.Any(heldOut.Contains) == (part == TaskSplit.Dev))
                .OrderBy(entry => WordNetSplit.Hash(entry.Synset, "corpus"))
                .Select(entry => new TextDocument($"WordNet {entry.Synset.Id}", entry.Paragraphs)),
        ];
    }

    private static IReadOnlyList<string> ParagraphsOf(Synset synset) =>
        synset.Definition.Length == 0 ? synset.Examples : [synset.Definition, .. synset.Examples];
}
