namespace Crammed.Text;

/// <summary>One concept of WordNet: words of one meaning.</summary>
/// <param name="Offset">Byte offset of the entry in its data file, WordNet's own key (it changes between editions of WordNet).</param>
/// <param name="PartOfSpeech">n, v, a, s (satellite adjective) or r (adverb).</param>
/// <param name="LexicographerFile">Index into <see cref="LexicographerFiles.Names"/>.</param>
/// <param name="Words">The words, with underscores between the parts of a compound.</param>
/// <param name="Pointers">Relations to other concepts.</param>
/// <param name="Definition">The gloss without its examples; it does not name the words of the concept, as dictionaries don't.</param>
/// <param name="Examples">The gloss's examples of use, which do name them.</param>
public sealed record Synset(
    int Offset,
    char PartOfSpeech,
    int LexicographerFile,
    IReadOnlyList<string> Words,
    IReadOnlyList<SynsetPointer> Pointers,
    string Definition,
    IReadOnlyList<string> Examples)
{
    /// <summary>Offset and part of speech, as in 00001740-n.</summary>
    public string Id => $"{Offset:D8}-{PartOfSpeech}";
}
