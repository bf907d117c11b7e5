using System.Runtime.CompilerServices;
using Crammed.Ckks.Arithmetic;
using Crammed.Ckks.Ring;

namespace Crammed.Ckks;

/// <summary>
/// Between the slots z_j = m(ζ^(5^j)), ζ = exp(iπ/N), and the N/2 complex numbers whose real parts are the lower and imaginary parts
/// the upper half of m's coefficients (Cheon, Kim, Kim, Song 2017; the transform of HEAAN). Radix 2, in double precision: the error
/// of a result is at most log2(N) 2^-52 of the root mean square of the results, times a small constant (tested).
/// </summary>
internal sealed unsafe class SpecialFourierTransform
{
    private readonly VectorKernels _kernels;
    private readonly int _slots;
    private readonly int[] _reversed;

    /// <summary>The roots of the stage with half blocks of h values begin at index h.</summary>
    private readonly double[] _rootReal;
    private readonly double[] _rootImaginary;

    public SpecialFourierTransform(int slots, VectorKernels kernels)
    {
        _kernels = kernels;
        _slots = slots;
        _reversed = BitReversal.Table(System.Numerics.BitOperations.Log2((uint)slots));
        _rootReal = GC.AllocateArray<double>(slots, pinned: true);
        _rootImaginary = GC.AllocateArray<double>(slots, pinned: true);
        for (int half = 1; half < slots; half *= 2)
        {
            long power = 1;
            for (int j = 0; j < half; j++, power = power * 5 % (8 * half))
                (_rootImaginary[half + j], _rootReal[half + j]) = Math.SinCos(2 * Math.PI * power / (8.0 * half));
        }
    }

    /// <summary>Coefficients (in split complex form) to slots, in place; both arrays hold N/2 doubles.</summary>
    public void ToSlots(double* real, double* imaginary, double* scratch)
    {
        Reverse(real, scratch);
        Reverse(imaginary, scratch);
        for (int half = 1; half < _slots; half *= 2)
            _kernels.EmbeddingStage(real, imaginary, Roots(_rootReal, half), Roots(_rootImaginary, half), half, _slots);
    }

    /// <summary>Slots to coefficients times N/2, in place.</summary>
    public void FromSlots(double* real, double* imaginary, double* scratch)
    {
        for (int half = _slots / 2; half >= 1; half /= 2)
            _kernels.InverseEmbeddingStage(real, imaginary, Roots(_rootReal, half), Roots(_rootImaginary, half), half, _slots);
        Reverse(real, scratch);
        Reverse(imaginary, scratch);
    }

    private static double* Roots(double[] pinned, int half) => (double*)Unsafe.AsPointer(ref pinned[half]);

    private void Reverse(double* values, double* scratch)
    {
        fixed (int* indices = _reversed)
            _kernels.Permute(scratch, values, indices, _slots);
        new ReadOnlySpan<double>(scratch, _slots).CopyTo(new Span<double>(values, _slots));
    }
}
