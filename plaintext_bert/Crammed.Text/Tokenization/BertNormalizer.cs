using System.Text;

namespace Crammed.Text;

/// <summary>
/// BERT's text clean-up in Hugging Face's order: delete control characters and make white space blank, set ideographs apart, strip
/// accents (form D less non-spacing marks), lower-case.
/// </summary>
internal sealed class BertNormalizer(bool separateCjk, bool stripAccents, bool lowerCase)
{
    /// <summary>U+0130, the one letter whose unconditional lower case is two characters (SpecialCasing.txt).</summary>
    private const int CapitalDottedI = 0x130;

    public string Normalize(ReadOnlySpan<char> text)
    {
        StringBuilder cleaned = new(text.Length + 8);
        foreach (Rune rune in text.EnumerateRunes())
            AppendCleaned(rune, cleaned);
        if (!stripAccents && !lowerCase)
            return cleaned.ToString();

        string source = cleaned.ToString();
        StringBuilder folded = cleaned.Clear();
        if (stripAccents && !Ascii.IsValid(source))
        {
            foreach (Rune rune in CanonicalDecomposition.Decompose(source))
            {
                if (!BertCharacters.IsNonSpacingMark(rune))
                    AppendFolded(rune, folded);
            }
        }
        else
        {
            foreach (Rune rune in source.EnumerateRunes())
                AppendFolded(rune, folded);
        }
        return folded.ToString();
    }

    private void AppendCleaned(Rune rune, StringBuilder output)
    {
        if (BertCharacters.IsDeleted(rune))
            return;
        if (BertCharacters.IsWhiteSpace(rune))
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
