namespace Crammed.Text;

/// <summary>A possible example of a task on WordNet.</summary>
internal readonly record struct WordNetCandidate(Synset First, Synset? Second, int Label);
