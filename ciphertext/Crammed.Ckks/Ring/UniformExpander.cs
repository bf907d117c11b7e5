using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
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
    public void Fill(double* limb, int length, Modulus modulus, ulong stream)
    {
        _stream.Seek(stream);
        for (var filled = 0; filled < length;)
        {
            fixed (ulong* words = _stream.NextBatch())
            {
                var taken = 0;
                while (taken < AesKeyStream.WordsPerBatch && filled < length)
                {
                    var most = Math.Min(AesKeyStream.WordsPerBatch - taken, length - filled);
                    var converted = Avx2.IsSupported ? ConvertLanes(limb + filled, words + taken, most, modulus.Value) : 0;
                    (taken, filled) = (taken + converted, filled + converted);
                    // What lanes stop at: a word that may be rejected, or what is less than a vector.
                    for (var end = Math.Min(taken + Vector256<ulong>.Count, AesKeyStream.WordsPerBatch); taken < end && filled < length;)
                        filled += Convert(limb + filled, words[taken++], modulus.Value) ? 1 : 0;
                }
            }
        }
    }

    /// <summary>The residue of a word, unless the word is rejected.</summary>
    private static bool Convert(double* residue, ulong word, ulong p)
    {
        var high = (long)Math.BigMul(word, p, out var low);
        // Without a branch, which would be mispredicted every other time.
        *residue = high - ((long)p & (long)(p / 2) - high >> 63);
        return low >= (0 - p) % p;
    }

    /// <summary>
    /// Residues of whole vectors of words until one has a word that might be rejected, which one in 2^14 does at most: the upper half of
    /// the product's low word is not above that of the bound. Products are of halves of 32 bits.
    /// </summary>
    /// <returns>residues that were written</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int ConvertLanes(double* residues, ulong* words, int count, ulong p)
    {
        var (low, high, mask) = (Vector256.Create(p & uint.MaxValue), Vector256.Create(p >> 32), Vector256.Create((ulong)uint.MaxValue));
        var bound = Vector256.Create((long)((0 - p) % p >> 32));
        // A number below 2^52 in the place of the fraction of 2^52.
        var (one, half, prime) = (Vector256.Create(4503599627370496.0), Vector256.Create((double)(p / 2)), Vector256.Create((double)p));
        var done = 0;
        for (; done + Vector256<ulong>.Count <= count; done += Vector256<ulong>.Count)
        {
            var word = Vector256.Load(words + done);
            var upper = Vector256.ShiftRightLogical(word, 32);
            var lowest = Vector256.ShiftRightLogical(Product(word, low), 32);
            var left = Product(upper, low) + lowest;
            var right = Product(word, high) + (left & mask);
            // Signed comparison is enough for 32 bits.
            if (Vector256.LessThanOrEqualAny((right & mask).AsInt64(), bound))
                break;
            var quotient = Product(upper, high) + Vector256.ShiftRightLogical(left, 32) + Vector256.ShiftRightLogical(right, 32);
            var residue = (quotient | one.AsUInt64()).AsDouble() - one;
            Vector256.Store(residue - (Vector256.GreaterThan(residue, half) & prime), residues + done);
        }
        return done;

        static Vector256<ulong> Product(Vector256<ulong> x, Vector256<ulong> y) => Avx2.Multiply(x.AsUInt32(), y.AsUInt32());
    }

    public void Dispose() => _stream.Dispose();
}
