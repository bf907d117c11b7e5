namespace Crammed.Text.Tests;

/// <summary>The words that WordPiece gets.</summary>
internal static class Words
{
    /// <summary>Those of a text under given options, special tokens in it not regarded.</summary>
    public static string[] Of(string text, BertOptions? options = null)
    {
        options ??= new BertOptions();
        var normalized = options.Normalizer()!.Normalize(text);
        return [.. options.PreTokenizer().PreTokenize(normalized).Select(word => normalized.Substring(word.Offset, word.Length))];
    }
}
