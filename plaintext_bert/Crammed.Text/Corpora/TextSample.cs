namespace Crammed.Text;

/// <summary>
/// A systematic sample of a stream of texts in bounded memory: every text, then, when they have become too many, every second, every
/// fourth, and so on, counted from the first. Which texts it holds depends on the stream alone.
/// </summary>
/// <param name="maximumCharacters">Characters held in all.</param>
/// <param name="longestText">Longer texts are cut to so many characters.</param>
public sealed class TextSample(long maximumCharacters = 1 << 24, int longestText = 1 << 13)
{
    private readonly List<string> _texts = [];
    private long _seen, _stride = 1, _characters;

    /// <summary>The texts held, in the order of the stream.</summary>
    public IReadOnlyList<string> Texts => _texts;

    /// <summary>Takes or leaves the next text.</summary>
    public void Add(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (_seen++ % _stride != 0)
            return;
        var length = Math.Min(text.Length, longestText);
        // Not between the halves of a surrogate pair.
        if (length < text.Length && char.IsHighSurrogate(text[length - 1]))
            length--;
        _texts.Add(text[..length]);
        _characters += length;
        while (_characters > maximumCharacters && _texts.Count > 1)
            Halve();
    }

    private void Halve()
    {
        var kept = 0;
        for (var i = 0; i < _texts.Count; i += 2)
            _texts[kept++] = _texts[i];
        _texts.RemoveRange(kept, _texts.Count - kept);
        _characters = _texts.Sum(text => (long)text.Length);
        _stride *= 2;
    }
}
