namespace Crammed.Text;

/// <summary>WordNet's glosses as text for pretraining.</summary>
public static class WordNetCorpus
{
    /// <summary>
    /// One document for each concept of a part: its definition, then its examples. Training text has no gloss of a concept that a task
    /// may evaluate on; the other part is for held-out perplexity. In an order by hash, so that any prefix is a fair sample.
    /// </summary>
    public static IReadOnlyList<TextDocument> Documents(WordNetDatabase database, TaskSplit part = TaskSplit.Train)
    {
        ArgumentNullException.ThrowIfNull(database);
        return
        [
            .. database.Synsets
                .Where(synset => WordNetSplit.PartOf(synset) == part)
                .OrderBy(synset => WordNetSplit.Hash(synset, "corpus"))
                .Select(synset => new TextDocument(
                    $"WordNet {synset.Id}",
                    synset.Definition.Length == 0 ? synset.Examples : [synset.Definition, .. synset.Examples])),
        ];
    }
}
