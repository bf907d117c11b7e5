using System.Runtime.CompilerServices;
using Crammed.Ckks.Arithmetic;

namespace Crammed.Ckks.Ring;

/// <summary>
/// How an automorphism X -> X^g permutes the values of a transformed polynomial. In bit-reversed order the low bits of an index are the
/// high bits of its exponent, and the low bits of g e depend on the low bits of e alone: so aligned blocks of any power of two move as
/// wholes, and inside a block of w values there are at most w different orders. A vector of the result is one vector of the source, its lanes
/// shuffled.
/// </summary>
internal sealed unsafe class NttPermutation
{
    private readonly int[] _codes;
    private readonly double[] _patterns;

    /// <param name="indices">value i of the image is value indices[i] of the original</param>
    /// <param name="kernels">whose vectors the blocks are</param>
    public NttPermutation(int[] indices, VectorKernels kernels)
    {
        var width = kernels.Width;
        _codes = GC.AllocateArray<int>(indices.Length / width, pinned: true);
        _patterns = GC.AllocateArray<double>(width * width, pinned: true);
        Span<int> known = stackalloc int[width * width], lanes = stackalloc int[width];
        var knownCount = 0;
        for (var block = 0; block < _codes.Length; block++)
        {
            var source = indices[block * width] / width * width;
            for (var lane = 0; lane < width; lane++)
                lanes[lane] = indices[block * width + lane] - source;
            var pattern = 0;
            while (pattern < knownCount && !known.Slice(pattern * width, width).SequenceEqual(lanes))
                pattern++;
            if (pattern == knownCount)
            {
                lanes.CopyTo(known[(knownCount++ * width)..]);
                kernels.WriteLanePattern(Patterns + pattern * width, lanes);
            }
            _codes[block] = source + pattern;
        }
    }

    /// <summary>For each vector of the result: where its source begins, a multiple of the width, plus the number of its pattern.</summary>
    public int* Codes => (int*)Unsafe.AsPointer(ref _codes[0]);

    /// <summary>Patterns of one vector each, in the form that the kernels' shuffle takes.</summary>
    public double* Patterns => (double*)Unsafe.AsPointer(ref _patterns[0]);
}

internal static class BitReversal
{
    /// <summary>For each i in [0, 2^<paramref name="bits"/>), the number whose bits are those of i in reverse order.</summary>
    public static int[] Table(int bits)
    {
        var table = new int[1 << bits];
        for (var i = 1; i < table.Length; i++)
            table[i] = table[i >> 1] >> 1 | (i & 1) << bits - 1;
        return table;
    }
}
