using System.Buffers.Binary;

namespace Crammed.Ckks;

/// <summary>
/// Brings ciphertexts back to a high level: by the key holder, who decrypts and encrypts again, or by bootstrapping.
/// </summary>
public interface IRefresher
{
    /// <summary>Ciphertexts of the same messages at the canonical scale of <paramref name="targetLevel"/>; the caller owns them.</summary>
    /// <param name="ciphertexts">Two polynomials each, at any level and scale; the message must fit the lowest prime.</param>
    /// <param name="targetLevel">Level of the results.</param>
    Ciphertext[] Refresh(IReadOnlyList<Ciphertext> ciphertexts, int targetLevel);
}

/// <summary>
/// Frames between a server and the key holder's refresh party, over a stream. Request: target level, number of ciphertexts, then each
/// with its length. Answer: number of ciphertexts, then each with its length; a negative number is the length of an error message.
/// All integers are 32 bits, little-endian. The party learns nothing but ciphertexts and a level, and evaluates no function.
/// </summary>
public static class RefreshProtocol
{
    /// <summary>Most ciphertexts in one request.</summary>
    public const int MaxCiphertexts = 64;

    /// <summary>Most bytes of an error message.</summary>
    private const int MaxMessageBytes = 4096;

    public static void WriteRequest(Stream stream, int targetLevel, IReadOnlyList<byte[]> ciphertexts)
    {
        WriteInt(stream, targetLevel);
        WriteAll(stream, ciphertexts);
    }

    /// <summary>Reads a request; null when the other side has closed the connection between requests.</summary>
    /// <exception cref="CkksFormatException">Sizes that no request under these parameters has.</exception>
    public static (int TargetLevel, byte[][] Ciphertexts)? ReadRequest(Stream stream, CkksParameters parameters)
    {
        if (ReadInt(stream, allowsEnd: true) is not { } targetLevel)
            return null;
        if (targetLevel < 0 || targetLevel > parameters.MaxLevel)
            throw new CkksFormatException($"refresh: target level {targetLevel}, expected 0 to {parameters.MaxLevel}.");
        return (targetLevel, ReadAll(stream, RequireInt(stream), parameters));
    }

    public static void WriteAnswer(Stream stream, IReadOnlyList<byte[]> ciphertexts) => WriteAll(stream, ciphertexts);

    public static void WriteError(Stream stream, string message)
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(message);
        var length = Math.Min(bytes.Length, MaxMessageBytes);
        WriteInt(stream, -length);
        stream.Write(bytes, 0, length);
        stream.Flush();
    }

    /// <exception cref="IOException">The party refused, with its reason, or the connection ended.</exception>
    /// <exception cref="CkksFormatException">Sizes that no answer under these parameters has.</exception>
    public static byte[][] ReadAnswer(Stream stream, CkksParameters parameters)
    {
        var count = RequireInt(stream);
        if (count >= 0)
            return ReadAll(stream, count, parameters);
        if (count < -MaxMessageBytes)
            throw new CkksFormatException($"refresh: an error message of {-(long)count} bytes.");
        var message = new byte[-count];
        stream.ReadExactly(message);
        throw new IOException("the refresh party refused: " + System.Text.Encoding.UTF8.GetString(message));
    }

    private static void WriteAll(Stream stream, IReadOnlyList<byte[]> ciphertexts)
    {
        WriteInt(stream, ciphertexts.Count);
        foreach (var ciphertext in ciphertexts)
        {
            WriteInt(stream, ciphertext.Length);
            stream.Write(ciphertext);
        }
        stream.Flush();
    }

    private static byte[][] ReadAll(Stream stream, int count, CkksParameters parameters)
    {
        if (count is < 0 or > MaxCiphertexts)
            throw new CkksFormatException($"refresh: {count} ciphertexts in a frame, at most {MaxCiphertexts}.");
        // Two polynomials with all limbs at 8 bytes a residue, and room for a header.
        var largest = 2L * parameters.N * parameters.Moduli.Count * sizeof(double) + 4096;
        var ciphertexts = new byte[count][];
        for (var i = 0; i < count; i++)
        {
            var length = RequireInt(stream);
            if (length < 0 || length > largest)
                throw new CkksFormatException($"refresh: a ciphertext of {length} bytes, at most {largest}.");
            ciphertexts[i] = new byte[length];
            stream.ReadExactly(ciphertexts[i]);
        }
        return ciphertexts;
    }

    private static void WriteInt(Stream stream, int value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        stream.Write(bytes);
    }

    private static int RequireInt(Stream stream) => ReadInt(stream, allowsEnd: false)!.Value;

    private static int? ReadInt(Stream stream, bool allowsEnd)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        var read = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        if (read == 0 && allowsEnd)
            return null;
        if (read < bytes.Length)
            throw new EndOfStreamException("refresh: the connection ended inside a frame.");
        return BinaryPrimitives.ReadInt32LittleEndian(bytes);
    }
}
