namespace Crammed.Text;

/// <summary>Takes a gloss of WordNet apart: definitions, then examples in double quotes, all separated by semicolons.</summary>
internal static class Gloss
{
    public static (string Definition, IReadOnlyList<string> Examples) Parse(string gloss)
    {
        List<string> definitions = [], examples = [];
        foreach (var part in Parts(gloss))
        {
            // An example may name its author after the closing quote; only what is quoted counts.
            var closing = part.LastIndexOf('"');
            if (part.StartsWith('"') && closing > 0)
                examples.Add(part[1..closing].Trim());
            else if (part.Trim('"', ' ') is { Length: > 0 } definition)
                definitions.Add(definition);
        }
        return (string.Join("; ", definitions), examples);
    }

    /// <summary>The parts between semicolons, those inside quotes not counted.</summary>
    private static IEnumerable<string> Parts(string gloss)
    {
        var start = 0;
        var quoted = false;
        for (var i = 0; i <= gloss.Length; i++)
        {
            if (i < gloss.Length && gloss[i] == '"')
                quoted = !quoted;
            if (i < gloss.Length && (quoted || gloss[i] != ';'))
                continue;
            yield return gloss[start..i].Trim();
            start = i + 1;
        }
    }
}
