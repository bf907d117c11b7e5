using System.Runtime.CompilerServices;
using Crammed.Ckks.Arithmetic;

namespace Crammed.Ckks.Ring;

/// <summary>
/// Expands a seed into uniform residues. Every word of the key stream gives one residue by multiplication (Lemire 2019), and the few
/// words that would bias it are rejected, so that residues are exactly uniform. The expansion is part of the file formats.
/// </summary>
internal sealed unsafe class UniformExpander(ReadOnlySpan<byte> seed) : IDisposable
{
    private readonly AesKeyStream _stream = new(seed);

    /// <summary>A polynomial over the ring's first moduli, limb i from stream i: the uniform half of a ciphertext or public key.</summary>
    public static RnsPolynomial Expand(RingContext ring, int limbCount, ReadOnlySpan<byte> seed)
    {
        using var expander = new UniformExpander(seed);
        var uniform = ring.Rent(limbCount);
        for (var limb = 0; limb < limbCount; limb++)
            expander.Fill(uniform.Limb(limb), ring.N, ring.Moduli[limb], (ulong)limb);
        return uniform;
    }

    /// <summary>Fills a limb with centred residues, in the order in which the transform leaves values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Fill(double* limb, int length, Modulus modulus, ulong stream)
    {
        var p = modulus.Value;
        var threshold = (0 - p) % p;
        var half = p / 2;
        _stream.Seek(stream);
        for (var filled = 0; filled < length;)
        {
            foreach (var word in _stream.NextBatch())
            {
                var residue = Math.BigMul(word, p, out var low);
                if (low < threshold)
                    continue;
                // Without a branch, which would be mispredicted every other time.
                limb[filled++] = (long)residue - ((long)p & (long)(half - residue) >> 63);
                if (filled == length)
                    break;
            }
        }
    }

    public void Dispose() => _stream.Dispose();
}
