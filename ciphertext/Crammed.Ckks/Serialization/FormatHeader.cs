using System.Security.Cryptography;

namespace Crammed.Ckks.Serialization;

/// <summary>What a serialized object is; part of the format.</summary>
internal enum ObjectKind : ushort
{
    Ciphertext = 1,
    EvaluationKeys = 2,
    PublicKey = 3,
    SecretKey = 4,
}

/// <summary>
/// What every serialized object begins with: 8 bytes of magic, version and kind in two bytes each, 32 bytes of the parameter set's
/// identifier, 16 bytes of the key's (<see cref="KeyId"/>). It ends with the SHA-256 of everything before, which finds any damage, though
/// not forgery: whoever can change an object can change its checksum. All integers of the format are little-endian.
/// </summary>
internal static class FormatHeader
{
    public const ushort Version = 3;

    public const int IdentifierBytes = 32;

    public const int Bytes = 8 + 2 + 2 + IdentifierBytes + KeyId.Bytes;

    public const int ChecksumBytes = SHA256.HashSizeInBytes;

    public static ReadOnlySpan<byte> Magic => "CRAMCKKS"u8;
}
