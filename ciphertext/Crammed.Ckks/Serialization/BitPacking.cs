using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Crammed.Ckks.Arithmetic;

namespace Crammed.Ckks.Serialization;

/// <summary>
/// Limbs as canonical residues of as many bits as their prime has, one after another from the least significant bit of the first byte
/// on. A limb of N residues (N a multiple of 8) fills whole bytes.
/// </summary>
/// <remarks>
/// Eight residues of b bits fill b bytes. Residue k of such a group begins at bit kb mod 8 of byte floor(kb / 8), so with b &lt;= 50 an
/// unaligned word from there on holds all of it: groups need no branches.
/// </remarks>
internal static unsafe class BitPacking
{
    private const int Group = 8;

    public static int PackedBytes(int length, Modulus modulus) => length / Group * modulus.BitLength;

    /// <summary>Packs residues up to p in size.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack(ReadOnlySpan<double> limb, Modulus modulus, Span<byte> destination)
    {
        var bits = modulus.BitLength;
        CheckLengths(limb.Length, destination.Length, modulus);
        // A word written at the last residue of a group runs past it: the last group goes through a buffer with room for that.
        var last = stackalloc byte[Modulus.MaxBitLength + sizeof(ulong)];
        fixed (double* residues = limb)
        fixed (byte* bytes = destination)
        {
            var groups = limb.Length / Group;
            for (var group = 0; group < groups - 1; group++)
                PackGroup(residues + Group * group, bytes + bits * group, bits, (long)modulus.Value);
            PackGroup(residues + Group * (groups - 1), last, bits, (long)modulus.Value);
        }
        new ReadOnlySpan<byte>(last, bits).CopyTo(destination[^bits..]);
    }

    /// <summary>Unpacks to centred residues.</summary>
    /// <exception cref="CkksFormatException">a residue is not below the prime</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Unpack(ReadOnlySpan<byte> source, Modulus modulus, Span<double> limb)
    {
        var bits = modulus.BitLength;
        CheckLengths(limb.Length, source.Length, modulus);
        var last = stackalloc byte[Modulus.MaxBitLength + sizeof(ulong)];
        source[^bits..].CopyTo(new Span<byte>(last, bits));
        long excess = 0;
        fixed (double* residues = limb)
        fixed (byte* bytes = source)
        {
            var groups = limb.Length / Group;
            for (var group = 0; group < groups - 1; group++)
                excess |= UnpackGroup(bytes + bits * group, residues + Group * group, bits, (long)modulus.Value);
            excess |= UnpackGroup(last, residues + Group * (groups - 1), bits, (long)modulus.Value);
        }
        if (excess < 0)
            throw new CkksFormatException($"a residue is not below its prime {modulus.Value}: the object is damaged");
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PackGroup(double* residues, byte* bytes, int bits, long p)
    {
        ulong word = 0;
        for (var k = 0; k < Group; k++)
        {
            // Through a signed integer: negative zero occurs, and a negative double has no unsigned value.
            var residue = double.ConvertToIntegerNative<long>(residues[k]);
            residue += p & residue >> 63;
            residue -= p;
            residue += p & residue >> 63;
            var start = k * bits;
            word |= (ulong)residue << start % 8;
            BinaryPrimitives.WriteUInt64LittleEndian(new Span<byte>(bytes + start / 8, sizeof(ulong)), word);
            word >>= 8 * ((start + bits) / 8 - start / 8);
        }
    }

    /// <summary>Returns a negative number if a residue is not below p.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long UnpackGroup(byte* bytes, double* residues, int bits, long p)
    {
        var mask = (1UL << bits) - 1;
        var half = p / 2;
        long excess = 0;
        for (var k = 0; k < Group; k++)
        {
            var start = k * bits;
            var word = BinaryPrimitives.ReadUInt64LittleEndian(new ReadOnlySpan<byte>(bytes + start / 8, sizeof(ulong)));
            var residue = (long)(word >> start % 8 & mask);
            excess |= p - 1 - residue;
            residues[k] = residue - (p & half - residue >> 63);
        }
        return excess;
    }

    private static void CheckLengths(int residues, int bytes, Modulus modulus)
    {
        if (residues == 0 || residues % Group != 0 || bytes != PackedBytes(residues, modulus))
            throw new ArgumentException($"{residues} residues of {modulus.BitLength} bits do not pack into {bytes} bytes");
    }
}
