using Crammed.Text;

namespace Crammed.Cli.Stages;

/// <summary>The names of texts, as settings have them, turned into sources.</summary>
internal static class PretrainingText
{
    /// <summary>The word that stands for WordNet's glosses among the names.</summary>
    public const string WordNet = "wordnet";

    /// <summary>
    /// The sources that names stand for: WordNet first, whose part for evaluation is held out, so that no gloss of an evaluated concept is
    /// learnt; then the files in the order of their names. A file named twice is one source.
    /// </summary>
    /// <param name="names">Files, folders, patterns and <see cref="WordNet"/>; paths are absolute.</param>
    /// <param name="columns">The text columns of Parquet files.</param>
    /// <param name="wordNetFolder">Folder of WordNet's data files.</param>
    /// <exception cref="IOException">A file or folder is missing.</exception>
    /// <exception cref="InvalidDataException">A folder has no text, or nothing matches a pattern.</exception>
    public static IReadOnlyList<CorpusSource> Sources(IReadOnlyList<string> names, IReadOnlyList<string> columns, string wordNetFolder)
    {
        var files = names
            .Where(name => name != WordNet)
            .SelectMany(name => CorpusFiles.Find(name, columns))
            .DistinctBy(source => source.Name);
        return names.Contains(WordNet) ? [.. WordNetSource.Parts(wordNetFolder), .. files] : [.. files];
    }
}
