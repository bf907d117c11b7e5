using System.Buffers.Binary;
using Crammed.Ckks;
using Crammed.Files;

namespace Crammed.Encrypted.Containers;

/// <summary>A file of ciphertexts: a magic, their number, then each in the engine's own format.</summary>
public static class CiphertextFile
{
    private const int HeaderBytes = 12;
    private static ReadOnlySpan<byte> Magic => "CRMCTS01"u8;

    /// <summary>Writes under a temporary name, then renames.</summary>
    public static void Write(string path, IReadOnlyCollection<Ciphertext> ciphertexts)
    {
        AtomicFile.Write(path, stream =>
        {
            Span<byte> header = stackalloc byte[HeaderBytes];
            Magic.CopyTo(header);
            BinaryPrimitives.WriteInt32LittleEndian(header[Magic.Length..], ciphertexts.Count);
            stream.Write(header);
            foreach (var ciphertext in ciphertexts)
                ciphertext.Write(stream);
        });
    }

    /// <summary>Reads a file that must hold the given number of ciphertexts.</summary>
    /// <exception cref="FileNotFoundException">No such file.</exception>
    /// <exception cref="InvalidDataException">Not such a file, another number, malformed or foreign ciphertexts, or bytes left over.</exception>
    public static Ciphertext[] Read(string path, CkksParameters parameters, int expected)
    {
        if (!File.Exists(path))
            throw new FileNotFoundException($"{path} is missing.", path);
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20);
        Span<byte> header = stackalloc byte[HeaderBytes];
        if (stream.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false) < HeaderBytes || !header[..Magic.Length].SequenceEqual(Magic))
            throw new InvalidDataException($"{path}: not a ciphertext file.");
        var count = BinaryPrimitives.ReadInt32LittleEndian(header[Magic.Length..]);
        if (count != expected)
            throw new InvalidDataException($"{path}: holds {count} ciphertexts, expected {expected}.");
        var ciphertexts = new List<Ciphertext>();
        try
        {
            for (var i = 0; i < count; i++)
                ciphertexts.Add(CiphertextReader.Read(stream, parameters));
            if (stream.Position != stream.Length)
                throw new InvalidDataException($"{path}: {stream.Length - stream.Position} bytes follow the last ciphertext.");
            return [.. ciphertexts];
        }
        catch (Exception exception) when (exception is CkksFormatException or InvalidDataException)
        {
            foreach (var ciphertext in ciphertexts)
                ciphertext.Dispose();
            throw exception is InvalidDataException ? exception : new InvalidDataException($"{path}: {exception.Message}", exception);
        }
    }
}
