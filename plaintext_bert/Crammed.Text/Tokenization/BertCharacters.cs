using System.Globalization;
using System.Text;

namespace Crammed.Text;

/// <summary>The character classes of BERT's basic tokenizer (google-research/bert, tokenization.py).</summary>
internal static class BertCharacters
{
    /// <summary>
    /// Characters that clean-up deletes: U+0000, U+FFFD (also what malformed UTF-16 reads as) and Unicode's control, format and private
    /// use characters. Unassigned code points stay, as in Hugging Face's fast tokenizer, so that a newer character becomes [UNK].
    /// </summary>
    public static bool IsDeleted(Rune rune)
    {
        if (rune.Value is '\t' or '\n' or '\r')
            return false;
        if (rune.Value is 0 or 0xFFFD)
            return true;
        return Rune.GetUnicodeCategory(rune)
            is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse;
    }

    /// <summary>Unicode white space.</summary>
    public static bool IsWhiteSpace(Rune rune) => Rune.IsWhiteSpace(rune);

    /// <summary>
    /// ASCII signs that are neither letters nor digits (such as $ and ^, which Unicode calls symbols) and Unicode's punctuation.
    /// </summary>
    public static bool IsPunctuation(Rune rune) =>
        rune.IsAscii
            ? char.IsAsciiLetterOrDigit((char)rune.Value) is false && rune.Value is > ' ' and < 0x7F
            : Rune.IsPunctuation(rune);

    /// <summary>The blocks of CJK ideographs, as BERT lists them; kana and Hangul are not among them.</summary>
    public static bool IsCjkIdeograph(Rune rune) => rune.Value
        is (>= 0x4E00 and <= 0x9FFF) or (>= 0x3400 and <= 0x4DBF) or (>= 0x20000 and <= 0x2A6DF) or (>= 0x2A700 and <= 0x2B73F)
        or (>= 0x2B740 and <= 0x2B81F) or (>= 0x2B820 and <= 0x2CEAF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x2F800 and <= 0x2FA1F);
}
