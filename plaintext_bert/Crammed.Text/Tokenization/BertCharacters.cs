using System.Text;

namespace Crammed.Text;

/// <summary>
/// The character classes of BERT's basic tokenizer (google-research/bert, tokenization.py). Beyond ASCII they are those of Hugging Face's
/// tokenizers library, whose tables are of Unicode 8.0: CharacterClasses.txt, written by character_classes.cjs. The framework's own tables
/// are newer, and would split and strip where a pretrained model's tokenizer did not.
/// </summary>
internal static class BertCharacters
{
    private static readonly int[] FirstCodes, LastCodes;
    private static readonly char[] Classes;

    static BertCharacters()
    {
        using var stream = typeof(BertCharacters).Assembly.GetManifestResourceStream("CharacterClasses.txt")
            ?? throw new InvalidOperationException("The resource CharacterClasses.txt is missing from the assembly.");
        using StreamReader reader = new(stream, Encoding.UTF8);
        string[][] ranges = [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' '))];
        Classes = [.. ranges.Select(range => range[0][0])];
        FirstCodes = [.. ranges.Select(range => Convert.ToInt32(range[1], 16))];
        LastCodes = [.. ranges.Select(range => Convert.ToInt32(range[2], 16))];
    }

    /// <summary>
    /// Characters that clean-up deletes: U+FFFD (also what malformed UTF-16 reads as) and control, format and private use characters.
    /// Unassigned code points stay, so that a newer character becomes [UNK].
    /// </summary>
    public static bool IsDeleted(Rune rune) => rune.IsAscii
        ? char.IsControl((char)rune.Value) && rune.Value is not ('\t' or '\n' or '\r')
        : ClassOf(rune) == 'D';

    /// <summary>Non-spacing marks: what is stripped as accents.</summary>
    public static bool IsNonSpacingMark(Rune rune) => !rune.IsAscii && ClassOf(rune) == 'M';

    /// <summary>Unicode white space.</summary>
    public static bool IsWhiteSpace(Rune rune) => Rune.IsWhiteSpace(rune);

    /// <summary>
    /// ASCII signs that are neither letters nor digits (such as $ and ^, which Unicode calls symbols) and punctuation.
    /// </summary>
    public static bool IsPunctuation(Rune rune) =>
        rune.IsAscii
            ? char.IsAsciiLetterOrDigit((char)rune.Value) is false && rune.Value is > ' ' and < 0x7F
            : ClassOf(rune) == 'P';

    /// <summary>The blocks of CJK ideographs, as BERT lists them; kana and Hangul are not among them.</summary>
    public static bool IsCjkIdeograph(Rune rune) => rune.Value
        is (>= 0x4E00 and <= 0x9FFF) or (>= 0x3400 and <= 0x4DBF) or (>= 0x20000 and <= 0x2A6DF) or (>= 0x2A700 and <= 0x2B73F)
        or (>= 0x2B740 and <= 0x2B81F) or (>= 0x2B820 and <= 0x2CEAF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x2F800 and <= 0x2FA1F);

    /// <summary>D, M, P, or a blank for any other character.</summary>
    private static char ClassOf(Rune rune)
    {
        var index = Array.BinarySearch(FirstCodes, rune.Value);
        if (index < 0)
            index = ~index - 1;
        return index >= 0 && rune.Value <= LastCodes[index] ? Classes[index] : ' ';
    }
}
