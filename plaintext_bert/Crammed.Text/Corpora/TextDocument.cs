namespace Crammed.Text;

/// <summary>A text of its own: an article, a chapter, a gloss.</summary>
/// <param name="Name">Where it is from, for messages: file and first line, or a concept of WordNet.</param>
/// <param name="Paragraphs">Its paragraphs, at least one, none empty.</param>
public sealed record TextDocument(string Name, IReadOnlyList<string> Paragraphs)
{
    /// <summary>The paragraphs, a line break between each.</summary>
    public string Text => string.Join('\n', Paragraphs);
}
