using Crammed.Files;

namespace Crammed.Encrypted.Containers;

/// <summary>A file that a manifest names.</summary>
/// <param name="Name">in the manifest's folder</param>
/// <param name="Bytes">its length</param>
/// <param name="Sha256">of its bytes, in hexadecimal digits</param>
public sealed record ContainerFile(string Name, long Bytes, string Sha256)
{
    /// <summary>Describes a file that was written.</summary>
    public static ContainerFile Of(string path) => new(Path.GetFileName(path), new FileInfo(path).Length, FileHash.Sha256(path));

    /// <summary>Refuses a name that leads out of the folder, and what is no hash.</summary>
    /// <exception cref="ArgumentException">one of them</exception>
    internal void Validate()
    {
        if (Name.Length == 0 || Name != Path.GetFileName(Name) || Name is "." or "..")
            throw new ArgumentException($"{ErrorText.Quote(Name)} is no name of a file");
        if (Bytes < 0 || Sha256.Length != 64 || !Sha256.All(char.IsAsciiHexDigitLower))
            throw new ArgumentException($"'{Name}' has {Bytes} bytes and the hash {ErrorText.Quote(Sha256)}");
    }

    /// <summary>Refuses a file that is missing or of another length, without reading it.</summary>
    /// <param name="folder">of the manifest</param>
    /// <param name="advice">what to do about it</param>
    /// <exception cref="FileNotFoundException">missing</exception>
    /// <exception cref="InvalidDataException">of another length</exception>
    public void RequireWhole(string folder, string advice)
    {
        var file = new FileInfo(Path.Combine(folder, Name));
        if (!file.Exists)
            throw new FileNotFoundException($"{file} is missing; {advice}", file.FullName);
        if (file.Length != Bytes)
            throw new InvalidDataException($"{file} has {file.Length} bytes, and is to have {Bytes}; {advice}");
    }

    /// <summary>As <see cref="RequireWhole"/>, and reads all of it.</summary>
    /// <exception cref="InvalidDataException">other bytes</exception>
    public void RequireContents(string folder, string advice)
    {
        RequireWhole(folder, advice);
        var path = Path.Combine(folder, Name);
        if (FileHash.Sha256(path) != Sha256)
            throw new InvalidDataException($"{path} is not what was written: its SHA-256 is another one; {advice}");
    }
}
