using System.Runtime.Intrinsics;

namespace Crammed.Ckks.Arithmetic;

/// <summary>
/// Bulk arithmetic on limbs: vectors of <c>length</c> residues of one modulus, <c>length</c> a multiple of 32. A residue is
/// <i>reduced</i> if |x| &lt;= 0.8 p and <i>centred</i> if |x| &lt;= p/2 + 2; unless stated otherwise inputs must be reduced and
/// outputs are. Destinations may be one of the sources.
/// </summary>
/// <remarks>
/// The modular product h = a*w; q = round(h/p); r = (h - q p) + (a*w - h) with two fused multiply-adds is exact for
/// |a| &lt;= 2^53 and |w| &lt;= 2p, and gives |r| &lt;= p/2 + 1.5 |a w| 2^-52. Near 2^50 that is 0.74 p for two reduced operands,
/// and 0.8 p for the difference of two reduced operands times a centred factor, so results of kernels are reduced again. The idea
/// is that of FLINT's fft_small. The reduction u - round(u/p) p is exact for integers |u| &lt; 2^52 p.
/// </remarks>
internal abstract unsafe class VectorKernels
{
    /// <summary>The environment variable that forces an instance: 512, 256 or scalar.</summary>
    public const string InstanceVariable = "CRAMMED_SIMD";

    /// <summary>Rows of weights that stand side by side for <see cref="MultiplyMatrix"/>.</summary>
    public const int WeightRows = 4;

    /// <summary>The widest instance that this processor runs, or the one that <see cref="InstanceVariable"/> names.</summary>
    public static VectorKernels Default { get; } = Choose(Environment.GetEnvironmentVariable(InstanceVariable));

    /// <summary>Doubles per vector; tables of the transform are laid out for it.</summary>
    public abstract int Width { get; }

    /// <summary>The instance that a value of <see cref="InstanceVariable"/> asks for; null or empty: the widest supported.</summary>
    /// <exception cref="PlatformNotSupportedException">the named instance does not exist or does not run here</exception>
    public static VectorKernels Choose(string? name) => name switch
    {
        null or "" when Simd512.IsSupported => new SimdKernels<Simd512, Vector512<double>>(),
        null or "" when Simd256.IsSupported => new SimdKernels<Simd256, Vector256<double>>(),
        "512" when Simd512.IsSupported => new SimdKernels<Simd512, Vector512<double>>(),
        "256" when Simd256.IsSupported => new SimdKernels<Simd256, Vector256<double>>(),
        null or "" or "scalar" => new SimdKernels<SimdScalar, double>(),
        _ => throw new PlatformNotSupportedException(
            $"{InstanceVariable}={name}: this machine supports {string.Join(", ", SupportedNames())}"),
    };

    /// <summary>destination = left + right.</summary>
    public abstract void Add(double* destination, double* left, double* right, int length, Modulus modulus);

    /// <summary>destination = left - right.</summary>
    public abstract void Subtract(double* destination, double* left, double* right, int length, Modulus modulus);

    /// <summary>destination = -source.</summary>
    public abstract void Negate(double* destination, double* source, int length);

    /// <summary>destination = source reduced to the centred residue; sources may be integers up to 2^52 p in size.</summary>
    public abstract void Reduce(double* destination, double* source, int length, Modulus modulus);

    /// <summary>destination = left * right, lane by lane; one side may be up to 2^53 in size if the other is centred.</summary>
    public abstract void Multiply(double* destination, double* left, double* right, int length, Modulus modulus);

    /// <summary>accumulator += left * right.</summary>
    public abstract void MultiplyAdd(double* accumulator, double* left, double* right, int length, Modulus modulus);

    /// <summary>destination = source * factor, factor centred, sources up to 2^53 in size.</summary>
    public abstract void MultiplyConstant(double* destination, double* source, double factor, int length, Modulus modulus);

    /// <summary>accumulator += source * factor, factor centred.</summary>
    public abstract void MultiplyConstantAdd(double* accumulator, double* source, double factor, int length, Modulus modulus);

    /// <summary>destination = source + constant.</summary>
    public abstract void AddConstant(double* destination, double* source, double constant, int length, Modulus modulus);

    /// <summary>destination = (minuend - subtrahend) * factor, factor centred.</summary>
    public abstract void SubtractMultiply(
        double* destination, double* minuend, double* subtrahend, double factor, int length, Modulus modulus);

    /// <summary>destination = (minuend - subtrahend) * factor + addend * addendFactor, both factors centred.</summary>
    public abstract void SubtractMultiplyAdd(
        double* destination, double* minuend, double* subtrahend, double factor, double* addend, double addendFactor, int length,
        Modulus modulus);

    /// <summary>Writes one vector that makes <see cref="PermuteBlocks"/> take lane lanes[i] of a block for lane i.</summary>
    public abstract void WriteLanePattern(double* pattern, ReadOnlySpan<int> lanes);

    /// <summary>
    /// destination = source, vector by vector: a vector's code is the index of the source's vector, a multiple of the width, plus the number
    /// of the pattern of its lanes. Destination and source must not overlap.
    /// </summary>
    public abstract void PermuteBlocks(double* destination, double* source, int* codes, double* patterns, int length);

    /// <summary>destination = round(source * factor): real numbers to integers below 2^53 in size.</summary>
    public abstract void ScaleAndRound(double* destination, double* source, double factor, int length);

    /// <summary>
    /// The next mixed-radix digit from a residue x: for k = 0, 1, ..., x becomes (x - digits[k]) * inverses[k]. Residues from
    /// <paramref name="offset"/> on; digits are centred residues of any other moduli, inverses and results centred.
    /// </summary>
    public abstract void MixedRadixDigit(
        double* destination, double** digits, double* inverses, int count, int offset, int length, Modulus modulus);

    /// <summary>
    /// Evaluates <paramref name="count"/> mixed-radix digits, centred residues of any moduli, modulo several targets in one pass over the
    /// digits. Results are reduced, or the only digit as it is.
    /// </summary>
    public abstract void MixedRadixEvaluate(
        double** destinations, double** digits, ConversionTarget* targets, int targetCount, int count, int length);

    /// <summary>The forward transform in place; inputs up to 2^52 in size; outputs centred, in bit-reversed order.</summary>
    public abstract void ForwardNtt(double* values, NttTables tables);

    /// <summary>
    /// The inverse transform in place, times a centred <paramref name="factor"/> (N^-1 gives the true inverse); outputs centred.
    /// </summary>
    public abstract void InverseNtt(double* values, NttTables tables, double factor);

    /// <summary>
    /// The three coefficients of Σ_i (a0_i + a1_i s)(b0_i + b1_i s). Operands: 4 <paramref name="count"/> limbs in the order a0, a1,
    /// b0, b1 of each pair, of which the residues from <paramref name="offset"/> on are taken.
    /// </summary>
    public abstract void SumOfProducts(
        double* result0, double* result1, double* result2, double** operands, int count, int offset, int length, Modulus modulus);

    /// <summary>
    /// The three coefficients of Σ_i ((a0_i - b0_i) + (a1_i - b1_i) s)^2; operands in the order of
    /// <see cref="SumOfProducts"/>.
    /// </summary>
    public abstract void SumOfSquaredDifferences(
        double* result0, double* result1, double* result2, double** operands, int count, int offset, int length, Modulus modulus);

    /// <summary>
    /// result0 = Σ_i x_i b_i and result1 = Σ_i x_i a_i: the inner product of digits with a switching key. Operands:
    /// 3 <paramref name="count"/> limbs in the order x, b, a of each digit.
    /// </summary>
    public abstract void InnerProducts(
        double* result0, double* result1, double** operands, int count, int length, Modulus modulus);

    /// <summary>
    /// results[o] = Σ_i weights[o, i] * operands[i], or that added to what is there, for centred weights and any number of residues from
    /// <paramref name="offset"/> on; results are centred. A null result is left out.
    /// </summary>
    /// <param name="results">a limb for each row of the weights; none of them among the operands</param>
    /// <param name="outputs">rows of the weights</param>
    /// <param name="operands">limbs</param>
    /// <param name="count">operands, columns of the weights</param>
    /// <param name="weights">blocks of <see cref="WeightRows"/> rows, column by column, the last block filled up with any rows</param>
    /// <param name="offset">where in all limbs</param>
    /// <param name="length">how many residues</param>
    /// <param name="adds">whether to what is there</param>
    /// <param name="modulus">the modulus</param>
    public abstract void MultiplyMatrix(
        double** results, int outputs, double** operands, int count, double* weights, int offset, int length, bool adds, Modulus modulus);

    /// <summary>
    /// results[o] = factor * Σ_i matrix[o, i] * inputs[i] for every output o, for <paramref name="length"/> residues from
    /// <paramref name="offset"/> on. The matrix must keep the bound that the split was made for, which holds the factor too.
    /// </summary>
    public abstract void LinearCombinations(
        double** results, double** inputs, PackedMatrix matrix, in ResidueSplit split, int offset, int length, Modulus modulus);

    private static IEnumerable<string> SupportedNames()
    {
        if (Simd512.IsSupported)
            yield return "512";
        if (Simd256.IsSupported)
            yield return "256";
        yield return "scalar";
    }
}
