using System.Text;

namespace Crammed.Files;

/// <summary>Text from a file, made fit for a one-line error message.</summary>
public static class ErrorText
{
    private const int Longest = 80;

    /// <summary>The text in quotes; control characters become '?', and what passes 80 characters becomes "...".</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder("'");
        foreach (var character in text.AsSpan(0, Math.Min(text.Length, Longest)))
            quoted.Append(char.IsControl(character) ? '?' : character);
        return quoted.Append(text.Length > Longest ? "...'" : "'").ToString();
    }
}
