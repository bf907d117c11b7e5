using System.Text;
using Microsoft.ML.Tokenizers;

namespace Crammed.Text;

/// <summary>
/// BERT's text clean-up in Hugging Face's order: delete control characters and make white space blank, set ideographs apart, strip
/// accents (form D less non-spacing marks), lower-case. Halves of surrogate pairs read as U+FFFD, which clean-up deletes.
/// </summary>
internal sealed class BertNormalizer(bool cleanText, bool separateCjk, bool stripAccents, bool lowerCase) : Normalizer
{
    /// <summary>U+0130, the one letter whose unconditional lower case is two characters (SpecialCasing.txt).</summary>
    private const int CapitalDottedI = 0x130;

    /// <inheritdoc/>
    public override string Normalize(string original) => Normalize(original.AsSpan());

    /// <inheritdoc/>
    public override string Normalize(ReadOnlySpan<char> original)
    {
        StringBuilder cleaned = new(original.Length + 8);
        foreach (var rune in original.EnumerateRunes())
            AppendCleaned(rune, cleaned);
        if (!stripAccents && !lowerCase)
            return cleaned.ToString();

        var source = cleaned.ToString();
        var folded = cleaned.Clear();
        if (stripAccents && !Ascii.IsValid(source))
        {
            foreach (var rune in CanonicalDecomposition.Decompose(source))
            {
                if (!BertCharacters.IsNonSpacingMark(rune))
                    AppendFolded(rune, folded);
            }
        }
        else
        {
            foreach (var rune in source.EnumerateRunes())
                AppendFolded(rune, folded);
        }
        return folded.ToString();
    }

    private void AppendCleaned(Rune rune, StringBuilder output)
    {
        if (cleanText && BertCharacters.IsDeleted(rune))
            return;
        if (cleanText && BertCharacters.IsWhiteSpace(rune))
            output.Append(' ');
        else if (separateCjk && BertCharacters.IsCjkIdeograph(rune))
            Append(rune, output.Append(' ')).Append(' ');
        else
            Append(rune, output);
    }

    private void AppendFolded(Rune rune, StringBuilder output)
    {
        if (!lowerCase)
            Append(rune, output);
        else if (rune.Value == CapitalDottedI)
            output.Append("i\u0307");
        else
            Append(Rune.ToLowerInvariant(rune), output);
    }

    private static StringBuilder Append(Rune rune, StringBuilder output)
    {
        if (rune.IsBmp)
            return output.Append((char)rune.Value);
        Span<char> pair = stackalloc char[2];
        rune.EncodeToUtf16(pair);
        return output.Append(pair);
    }
}
