using Crammed.Ckks.Arithmetic;

namespace Crammed.Ckks.Ring;

/// <summary>
/// Expands a seed into uniform residues. Every word of the key stream gives one residue by multiplication (Lemire 2019), and the few
/// words that would bias it are rejected, so that residues are exactly uniform. The expansion is part of the file formats.
/// </summary>
internal sealed unsafe class UniformExpander(ReadOnlySpan<byte> seed) : IDisposable
{
    private readonly AesKeyStream _stream = new(seed);

    /// <summary>Fills a limb with centred residues, in the order in which the transform leaves values.</summary>
    public void Fill(double* limb, int length, Modulus modulus, ulong stream)
    {
        ulong p = modulus.Value;
        ulong threshold = (0 - p) % p;
        ulong half = p / 2;
        _stream.Seek(stream);
        for (int filled = 0; filled < length;)
        {
            foreach (ulong word in _stream.NextBatch())
            {
                ulong residue = Math.BigMul(word, p, out ulong low);
                if (low < threshold)
                    continue;
                limb[filled++] = residue > half ? (long)(residue - p) : (long)residue;
                if (filled == length)
                    break;
            }
        }
    }

    public void Dispose() => _stream.Dispose();
}
