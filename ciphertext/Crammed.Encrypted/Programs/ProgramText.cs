namespace Crammed.Encrypted.Programs;

/// <summary>What the writer and the reader of programs agree on; limits keep a hostile file from taking memory or time.</summary>
internal static class ProgramText
{
    public const string Magic = "crammed-program";
    public const string Hash = "sha256";
    public const string Bootstrap = "bootstrap";
    public const string Client = "client";
    public const string Vector = "vector";
    public const int Version = 1;

    public const int LongestText = 1 << 26;
    public const int LongestLine = 1 << 20;
    public const int LongestName = 512;
    public const int MostSlots = 1 << 20;
    public const int MostVectors = 1 << 20;
    public const int HighestLevel = 63;
    public const int HighestDegree = 1 << 12;

    /// <summary>Points of an instruction's loops over its results and one term's sum.</summary>
    public const long MostPoints = 1L << 26;

    /// <summary>A letter or '_', then letters, digits, '_', '.' and '-', of ASCII.</summary>
    public static bool IsName(string text) =>
        text.Length is > 0 and <= LongestName && IsNameStart(text[0]) && text.All(IsNamePart);

    public static bool IsNameStart(char character) => char.IsAsciiLetter(character) || character == '_';

    public static bool IsNamePart(char character) => char.IsAsciiLetterOrDigit(character) || character is '_' or '.' or '-';
}

/// <summary>A program's text that cannot be read; the message names the file, the line, and what is wrong with it.</summary>
public sealed class ProgramFormatException(string message) : FormatException(message);
