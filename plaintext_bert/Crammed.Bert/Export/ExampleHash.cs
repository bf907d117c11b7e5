using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Crammed.Text;

namespace Crammed.Bert;

/// <summary>Tells whether two lists of examples are the same ones.</summary>
internal static class ExampleHash
{
    /// <summary>
    /// SHA-256, in lower-case hexadecimal, of every example's index, texts and label, each field as its length in UTF-8 and its bytes, so
    /// that no two lists have the same fields.
    /// </summary>
    public static string Of(IEnumerable<Example> examples)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var example in examples)
        {
            Append(hash, example.Index.ToString(CultureInfo.InvariantCulture));
            Append(hash, example.First);
            Append(hash, example.Second);
            Append(hash, example.Label.ToString("R", CultureInfo.InvariantCulture));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Append(IncrementalHash hash, string? field)
    {
        var bytes = field is null ? [] : Encoding.UTF8.GetBytes(field);
        hash.AppendData(BitConverter.GetBytes(field is null ? -1 : bytes.Length));
        hash.AppendData(bytes);
    }
}
