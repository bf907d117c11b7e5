using System.Security.Cryptography;

namespace Crammed.Tables;

/// <summary>SHA-256 as text: 64 lower-case hexadecimal digits.</summary>
internal static class Sha256Text
{
    public static string Of(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    public static bool IsOne(string text) => text.Length == 64 && text.All(char.IsAsciiHexDigitLower);
}
