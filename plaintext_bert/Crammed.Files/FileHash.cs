using System.Security.Cryptography;

namespace Crammed.Files;

/// <summary>Hashes by which files name one another.</summary>
public static class FileHash
{
    /// <summary>SHA-256 of a file, in lower-case hexadecimal.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static string Sha256(string path)
    {
        if (!File.Exists(path))
            throw new FileNotFoundException($"{path} is missing", path);
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
