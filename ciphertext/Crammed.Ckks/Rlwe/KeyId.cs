using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace Crammed.Ckks;

/// <summary>
/// Names one secret key: 16 random bytes that are made with it, say nothing about it, and stand in everything that belongs to it, that is
/// public and evaluation keys and every ciphertext. So what belongs to two keys is told apart before it is computed with, where the result
/// would be noise. It guards against mistakes, not against forgers, who can write any bytes.
/// </summary>
/// <remarks>
/// Everything encrypted has one: there are no ciphertexts from nothing, since even the zero that a sum begins with inside the evaluator is
/// made for its operands. Plaintexts have none.
/// </remarks>
public readonly record struct KeyId
{
    /// <summary>Bytes in a serialized object.</summary>
    public const int Bytes = 16;

    private const int ShortDigits = 8;

    private readonly UInt128 _value;

    /// <param name="bytes">16 of them</param>
    /// <exception cref="ArgumentException">more or fewer</exception>
    public KeyId(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Bytes)
            throw new ArgumentException($"a key id has {Bytes} bytes, not {bytes.Length}");
        _value = BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    /// <summary>The first 8 of its 32 hexadecimal digits, for messages.</summary>
    public string Short => ToString()[..ShortDigits];

    /// <summary>A new one, from the operating system's generator.</summary>
    public static KeyId Generate() => new(RandomNumberGenerator.GetBytes(Bytes));

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <exception cref="FormatException">the text is not 32 hexadecimal digits</exception>
    public static KeyId Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text, out var id) ? id : throw new FormatException($"a key id has {2 * Bytes} hexadecimal digits: '{text}'");
    }

    /// <summary>Reads what <see cref="ToString"/> wrote; false for any other text.</summary>
    public static bool TryParse(string? text, out KeyId id)
    {
        id = default;
        if (text?.Length != 2 * Bytes || !text.All(char.IsAsciiHexDigit))
            return false;
        id = new KeyId(Convert.FromHexString(text));
        return true;
    }

    /// <summary>32 hexadecimal digits, the first byte first.</summary>
    public override string ToString() => _value.ToString("x32", CultureInfo.InvariantCulture);

    /// <summary>As it stands in serialized objects.</summary>
    internal void CopyTo(Span<byte> destination) => BinaryPrimitives.WriteUInt128BigEndian(destination, _value);
}
