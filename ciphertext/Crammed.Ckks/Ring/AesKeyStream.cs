using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Crammed.Ckks.Ring;

/// <summary>
/// Pseudorandom words from a 32-byte seed: AES-256 in counter mode, the stream number in the upper and the block number in the
/// lower half of each counter block, both little-endian.
/// </summary>
internal sealed class AesKeyStream : IDisposable
{
    public const int SeedBytes = 32;

    private const int BlockBytes = 16;
    private const int BlocksPerBatch = 512;

    /// <summary>Words that <see cref="NextBatch"/> gives.</summary>
    public const int WordsPerBatch = BlocksPerBatch * BlockBytes / sizeof(ulong);

    private readonly ICryptoTransform _encryptor;
    private readonly byte[] _counters = new byte[BlocksPerBatch * BlockBytes];
    private readonly byte[] _output = new byte[BlocksPerBatch * BlockBytes];
    private ulong _nextBlock;

    public AesKeyStream(ReadOnlySpan<byte> seed)
    {
        if (seed.Length != SeedBytes)
            throw new ArgumentException($"a seed has {SeedBytes} bytes, not {seed.Length}", nameof(seed));
        var key = seed.ToArray();
        using var aes = Aes.Create();
        aes.Mode = CipherMode.ECB;
        aes.Padding = PaddingMode.None;
        // A transform keeps its key schedule, which the one-shot methods make anew for every batch.
        _encryptor = aes.CreateEncryptor(key, null);
        CryptographicOperations.ZeroMemory(key);
    }

    /// <summary>A stream seeded by the operating system's generator.</summary>
    public static AesKeyStream FromOperatingSystem()
    {
        Span<byte> seed = stackalloc byte[SeedBytes];
        RandomNumberGenerator.Fill(seed);
        var stream = new AesKeyStream(seed);
        CryptographicOperations.ZeroMemory(seed);
        return stream;
    }

    /// <summary>Goes to the beginning of a stream.</summary>
    public void Seek(ulong stream)
    {
        var counters = MemoryMarshal.Cast<byte, ulong>(_counters.AsSpan());
        for (var i = 1; i < counters.Length; i += 2)
            counters[i] = LittleEndian(stream);
        _nextBlock = 0;
    }

    /// <summary>The next <see cref="WordsPerBatch"/> words of the stream, valid until the next call.</summary>
    public ReadOnlySpan<ulong> NextBatch()
    {
        var counters = MemoryMarshal.Cast<byte, ulong>(_counters.AsSpan());
        for (var i = 0; i < counters.Length; i += 2)
            counters[i] = LittleEndian(_nextBlock++);
        _encryptor.TransformBlock(_counters, 0, _counters.Length, _output, 0);
        var words = MemoryMarshal.Cast<byte, ulong>(_output.AsSpan());
        if (!BitConverter.IsLittleEndian)
            BinaryPrimitives.ReverseEndianness(words, words);
        return words;
    }

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_output);
        _encryptor.Dispose();
    }

    private static ulong LittleEndian(ulong word) => BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word);
}
