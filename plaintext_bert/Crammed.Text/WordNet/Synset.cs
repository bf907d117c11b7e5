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

/// <summary>A relation from one concept to another (wninput(5WN) lists the symbols).</summary>
/// <param name="Symbol">For example "@" for a hypernym, "@i" for the class of an instance.</param>
/// <param name="TargetOffset">The target's <see cref="Synset.Offset"/>.</param>
/// <param name="TargetPartOfSpeech">The target's data file: n, v, a or r.</param>
public readonly record struct SynsetPointer(string Symbol, int TargetOffset, char TargetPartOfSpeech)
{
    /// <summary>The target is a hypernym ("a dog is a canine") or the class of an instance ("the Nile is a river").</summary>
    public bool IsHypernym => Symbol is "@" or "@i";
}
