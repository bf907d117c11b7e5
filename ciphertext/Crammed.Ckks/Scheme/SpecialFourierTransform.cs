using Crammed.Ckks.Arithmetic;

namespace Crammed.Ckks;

/// <summary>
/// Between the slots z_j = m(ζ^(5^j)), ζ = exp(iπ/(2n)), j &lt; n, and the 2n real coefficients of m (Cheon, Kim, Kim, Song 2017; the
/// transform of HEAAN), for every power of two n up to a largest one. Since ζ^(n 5^j) = i, the lower and upper halves of the coefficients
/// are real and imaginary parts of n complex ones. Thread-safe.
/// </summary>
/// <remarks>
/// Error in double precision, u = 2^-53, relative to the root mean square of the results: at most 7 u log2(n) (Higham, "Accuracy and
/// Stability of Numerical Algorithms", 2002, theorem 24.2, with roots correct to u), which is 2^-46 for the largest ring. As rounding
/// errors are independent, the error of a result is in fact close to Gaussian of standard deviation
/// <see cref="RelativeErrorPerStage"/> sqrt(log2 n): 2^-51.8 for the largest ring. Instances of different vector widths give the same bits.
/// </remarks>
internal sealed unsafe class SpecialFourierTransform
{
    /// <summary>
    /// The standard deviation of the relative error of one radix-2 stage, 0.6 * 2^-53: a sum or difference (variance 0.18 u^2 for
    /// mantissas of logarithmic distribution) and, on half the result's variance, a complex product with two roundings and a rounded root.
    /// </summary>
    public const double RelativeErrorPerStage = 0.6 / (1L << 53);

    private readonly EmbeddingKernels _kernels;
    private readonly EmbeddingRoots _roots;

    public SpecialFourierTransform(int largestSlotCount, EmbeddingKernels kernels)
    {
        _kernels = kernels;
        _roots = new EmbeddingRoots(largestSlotCount);
    }

    /// <summary>
    /// Slots (<paramref name="count"/> real parts, then as many imaginary ones) to coefficients times <paramref name="count"/>. The slots
    /// are used up.
    /// </summary>
    public void FromSlots(double* coefficients, double* slots, int count)
    {
        _kernels.FromSlots(slots, slots + count, count, _roots);
        EmbeddingKernels.BitReverse(coefficients, slots, count);
        EmbeddingKernels.BitReverse(coefficients + count, slots + count, count);
    }

    /// <summary>2 <paramref name="count"/> coefficients to slots: real parts, then imaginary ones.</summary>
    public void ToSlots(double* slots, double* coefficients, int count)
    {
        EmbeddingKernels.BitReverse(slots, coefficients, count);
        EmbeddingKernels.BitReverse(slots + count, coefficients + count, count);
        _kernels.ToSlots(slots, slots + count, count, _roots);
    }
}
