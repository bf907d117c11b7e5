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

    private readonly Aes _aes = Aes.Create();
    private readonly byte[] _counters = new byte[BlocksPerBatch * BlockBytes];
    private readonly byte[] _output = new byte[BlocksPerBatch * BlockBytes];
    private ulong _stream;
    private ulong _nextBlock;

    public AesKeyStream(ReadOnlySpan<byte> seed)
    {
        if (seed.Length != SeedBytes)
            throw new ArgumentException($"a seed has {SeedBytes} bytes, not {seed.Length}", nameof(seed));
        byte[] key = seed.ToArray();
        _aes.Key = key;
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
        _stream = stream;
        _nextBlock = 0;
    }

    /// <summary>The next 1024 words of the stream, valid until the next call.</summary>
    public ReadOnlySpan<ulong> NextBatch()
    {
        Span<byte> counters = _counters;
        for (int i = 0; i < BlocksPerBatch; i++, _nextBlock++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(counters[(BlockBytes * i)..], _nextBlock);
            BinaryPrimitives.WriteUInt64LittleEndian(counters[(BlockBytes * i + 8)..], _stream);
        }
        _aes.EncryptEcb(counters, _output, PaddingMode.None);
        Span<ulong> words = MemoryMarshal.Cast<byte, ulong>(_output.AsSpan());
        if (!BitConverter.IsLittleEndian)
            BinaryPrimitives.ReverseEndianness(words, words);
        return words;
    }

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_output);
        _aes.Dispose();
    }
}
