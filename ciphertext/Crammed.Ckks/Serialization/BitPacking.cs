using System.Buffers.Binary;
using Crammed.Ckks.Arithmetic;

namespace Crammed.Ckks.Serialization;

/// <summary>
/// Limbs as canonical residues of as many bits as their prime has, one after another from the least significant bit of the first byte
/// on. A limb of N residues (N a multiple of 8) fills whole bytes.
/// </summary>
internal static class BitPacking
{
    public static int PackedBytes(int length, Modulus modulus) => length / 8 * modulus.BitLength;

    /// <summary>Packs residues up to p in size.</summary>
    public static void Pack(ReadOnlySpan<double> limb, Modulus modulus, Span<byte> destination)
    {
        long p = (long)modulus.Value;
        int bits = modulus.BitLength;
        ulong buffer = 0;
        int buffered = 0;
        int next = 0;
        foreach (double residue in limb)
        {
            // Converted through a signed integer: negative zero occurs, and a negative double has no unsigned value.
            long signed = (long)residue;
            ulong canonical = (ulong)(signed < 0 ? signed + p : signed >= p ? signed - p : signed);
            buffer |= canonical << buffered;
            buffered += bits;
            if (buffered < 64)
                continue;
            BinaryPrimitives.WriteUInt64LittleEndian(destination[next..], buffer);
            next += 8;
            buffered -= 64;
            buffer = buffered == 0 ? 0 : canonical >> bits - buffered;
        }
        for (; buffered > 0; buffered -= 8, buffer >>= 8)
            destination[next++] = (byte)buffer;
    }

    /// <summary>Unpacks to centred residues.</summary>
    /// <exception cref="CkksFormatException">a residue is not below the prime</exception>
    public static void Unpack(ReadOnlySpan<byte> source, Modulus modulus, Span<double> limb)
    {
        ulong p = modulus.Value;
        int bits = modulus.BitLength;
        ulong mask = (1UL << bits) - 1;
        ulong half = p / 2;
        ulong buffer = 0;
        int buffered = 0;
        for (int i = 0; i < limb.Length; i++)
        {
            ulong residue = buffer;
            if (buffered < bits)
            {
                ulong word = ReadWord(ref source, out int wordBits);
                residue |= word << buffered;
                buffer = word >> bits - buffered;
                buffered += wordBits - bits;
            }
            else
            {
                buffer >>= bits;
                buffered -= bits;
            }
            residue &= mask;
            if (residue >= p)
                throw new CkksFormatException($"a residue is {residue}, not below its prime {p}: the object is damaged");
            limb[i] = residue > half ? (long)(residue - p) : (long)residue;
        }
    }

    /// <summary>The next 64 bits, or at the end as many whole bytes as are left.</summary>
    private static ulong ReadWord(ref ReadOnlySpan<byte> source, out int bits)
    {
        if (source.Length >= 8)
        {
            ulong whole = BinaryPrimitives.ReadUInt64LittleEndian(source);
            source = source[8..];
            bits = 64;
            return whole;
        }
        ulong word = 0;
        bits = 8 * source.Length;
        for (int i = 0; i < source.Length; i++)
            word |= (ulong)source[i] << 8 * i;
        source = [];
        return word;
    }
}
