namespace Crammed.Text;

/// <summary>WordNet's 45 lexicographer files: the coarse topic of each concept (lexnames(5WN)).</summary>
public static class LexicographerFiles
{
    /// <summary>The names by number.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "adj.all", "adj.pert", "adv.all", "noun.Tops", "noun.act", "noun.animal", "noun.artifact", "noun.attribute", "noun.body",
        "noun.cognition", "noun.communication", "noun.event", "noun.feeling", "noun.food", "noun.group", "noun.location", "noun.motive",
        "noun.object", "noun.person", "noun.phenomenon", "noun.plant", "noun.possession", "noun.process", "noun.quantity", "noun.relation",
        "noun.shape", "noun.state", "noun.substance", "noun.time", "verb.body", "verb.change", "verb.cognition", "verb.communication",
        "verb.competition", "verb.consumption", "verb.contact", "verb.creation", "verb.emotion", "verb.motion", "verb.perception",
        "verb.possession", "verb.social", "verb.stative", "verb.weather", "adj.ppl",
    ];

    /// <summary>The number of a name.</summary>
    /// <exception cref="ArgumentException">WordNet has no such lexicographer file.</exception>
    public static int NumberOf(string name)
    {
        for (var number = 0; number < Names.Count; number++)
        {
            if (Names[number] == name)
                return number;
        }
        throw new ArgumentException($"WordNet has no lexicographer file '{name}'.", nameof(name));
    }
}
