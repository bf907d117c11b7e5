using System.Buffers;
using System.Security.Cryptography;
using Crammed.Ckks.Arithmetic;
using Crammed.Ckks.Ring;
using Microsoft.Win32.SafeHandles;

namespace Crammed.Ckks.Serialization;

/// <summary>
/// One key inside a file: the seed of its uniform half, then its masked half, digit by digit and limb by limb, bit-packed. The places of
/// all limbs follow from parameters and shape, so threads share the limbs.
/// </summary>
/// <remarks>
/// A key's checksum is the SHA-256 of its seed followed by the SHA-256 of each packed limb (a hash tree of depth one), so hashing is shared
/// too. It is stored in the manifest.
/// </remarks>
internal static class SwitchingKeyFormat
{
    /// <summary>The bytes of a key of a shape.</summary>
    public static long Bytes(CkksParameters parameters, SwitchingKeyShape shape)
    {
        var limbs = Enumerable.Range(0, shape.LimbCount)
            .Sum(limb => (long)BitPacking.PackedBytes(parameters.N, parameters.Ring.Moduli[shape.ModulusIndex(parameters, limb)]));
        return AesKeyStream.SeedBytes + shape.DigitCount * limbs;
    }

    /// <summary>Writes a key to its place and returns its checksum.</summary>
    /// <exception cref="IOException">the file cannot be written</exception>
    public static byte[] Write(SafeFileHandle file, long offset, SwitchingKey key)
    {
        var hashes = NewHashes(key);
        RandomAccess.Write(file, key.Seed, offset);
        ForEachLimb(key, offset, (limb, modulus, packed, place) =>
        {
            BitPacking.Pack(key.Masked.LimbSpan(limb), modulus, packed);
            SHA256.HashData(packed, hashes.AsSpan(HashPlace(limb), SHA256.HashSizeInBytes));
            RandomAccess.Write(file, packed, place);
        });
        return SHA256.HashData(hashes);
    }

    /// <summary>Reads a key. The caller has made sure that the file is long enough.</summary>
    /// <exception cref="CkksFormatException">the checksum is another, a residue is not below its prime, or the file has shrunk</exception>
    public static SwitchingKey Read(
        SafeFileHandle file, long offset, CkksParameters parameters, SwitchingKeyShape shape, ReadOnlySpan<byte> checksum,
        UniformHalf uniform = UniformHalf.Held)
    {
        var seed = new byte[AesKeyStream.SeedBytes];
        ReadAt(file, seed, offset);
        var key = SwitchingKey.Rent(parameters, shape, seed, uniform);
        try
        {
            var hashes = NewHashes(key);
            ForEachLimb(key, offset, (limb, modulus, packed, place) =>
            {
                ReadAt(file, packed, place);
                SHA256.HashData(packed, hashes.AsSpan(HashPlace(limb), SHA256.HashSizeInBytes));
                BitPacking.Unpack(packed, modulus, key.Masked.LimbSpan(limb));
                if (!key.HoldsUniform)
                    return;
                using var expander = new UniformExpander(seed);
                key.ExpandUniform(expander, limb);
            });
            var isWhole = SHA256.HashData(hashes).AsSpan().SequenceEqual(checksum);
            FormatReader.Check(isWhole, "the key does not match its checksum: it is damaged");
            return key;
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    private delegate void LimbAction(int limb, Modulus modulus, Span<byte> packed, long place);

    private static void ForEachLimb(SwitchingKey key, long offset, LimbAction action)
    {
        var parameters = key.Parameters;
        var total = key.Masked.LimbCount;
        var places = new long[total + 1];
        places[0] = offset + AesKeyStream.SeedBytes;
        for (var limb = 0; limb < total; limb++)
            places[limb + 1] = places[limb] + BitPacking.PackedBytes(parameters.N, parameters.Ring.Moduli[key.ModulusIndex(limb)]);
        ParallelLoop.Run(total, new ParallelOptions(), limb =>
        {
            var count = (int)(places[limb + 1] - places[limb]);
            var buffer = ArrayPool<byte>.Shared.Rent(count);
            try
            {
                action(limb, parameters.Ring.Moduli[key.ModulusIndex(limb)], buffer.AsSpan(0, count), places[limb]);
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        });
    }

    /// <summary>What is hashed: the seed, then room for the hash of each limb.</summary>
    private static byte[] NewHashes(SwitchingKey key)
    {
        var hashes = new byte[HashPlace(key.Masked.LimbCount)];
        key.Seed.CopyTo(hashes, 0);
        return hashes;
    }

    private static int HashPlace(int limb) => AesKeyStream.SeedBytes + limb * SHA256.HashSizeInBytes;

    private static void ReadAt(SafeFileHandle file, Span<byte> destination, long offset)
    {
        while (destination.Length > 0)
        {
            var read = RandomAccess.Read(file, destination, offset);
            FormatReader.Check(read > 0, $"the file ends {destination.Length} bytes early");
            destination = destination[read..];
            offset += read;
        }
    }
}
