namespace Crammed.Ckks.Serialization;

/// <summary>
/// What every serialized object begins with: 8 bytes of magic, version and kind in two bytes each, 32 bytes of the parameter set's
/// identifier. All integers of the format are little-endian.
/// </summary>
internal static class FormatHeader
{
    public const ushort Version = 1;

    public const int IdentifierBytes = 32;

    public const int Bytes = 8 + 2 + 2 + IdentifierBytes;

    public static ReadOnlySpan<byte> Magic => "CRAMCKKS"u8;
}
