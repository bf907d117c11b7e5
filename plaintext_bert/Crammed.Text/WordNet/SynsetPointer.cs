namespace Crammed.Text;

/// <summary>A relation from one concept to another (wninput(5WN) lists the symbols).</summary>
/// <param name="Symbol">For example "@" for a hypernym, "@i" for the class of an instance.</param>
/// <param name="TargetOffset">The target's <see cref="Synset.Offset"/>.</param>
/// <param name="TargetPartOfSpeech">The target's data file: n, v, a or r.</param>
public readonly record struct SynsetPointer(string Symbol, int TargetOffset, char TargetPartOfSpeech)
{
    /// <summary>The target is a hypernym ("a dog is a canine") or the class of an instance ("the Nile is a river").</summary>
    public bool IsHypernym => Symbol is "@" or "@i";
}
