using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Crammed.Text;

/// <summary>
/// Finds documents that were there before, by 128 bits of the SHA-256 of their text in lower case with every run of white space as one
/// blank. Takes about 40 bytes of memory a document, whatever its length.
/// </summary>
public sealed class DuplicateFilter
{
    private readonly HashSet<UInt128> _seen = [];

    /// <summary>Documents that were duplicates of an earlier one.</summary>
    public long Duplicates { get; private set; }

    /// <summary>Whether no document like this came before.</summary>
    public bool IsNew(TextDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(Normalized(document)), digest);
        var isNew = _seen.Add(MemoryMarshal.Read<UInt128>(digest));
        Duplicates += isNew ? 0 : 1;
        return isNew;
    }

    private static string Normalized(TextDocument document)
    {
        StringBuilder text = new();
        foreach (var paragraph in document.Paragraphs)
        {
            var inWord = false;
            foreach (var character in paragraph)
            {
                var isBlank = char.IsWhiteSpace(character);
                if (!isBlank)
                    text.Append(inWord ? "" : " ").Append(char.ToLowerInvariant(character));
                inWord = !isBlank;
            }
        }
        return text.ToString();
    }
}
