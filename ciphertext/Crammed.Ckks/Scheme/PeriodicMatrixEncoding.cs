using Crammed.Ckks.Arithmetic;
using Crammed.Ckks.Ring;

namespace Crammed.Ckks;

/// <summary>
/// Encodes one block of rows of a <see cref="PeriodicMatrix"/>: coefficients of all its entries side by side, whose values modulo each prime
/// are one product with the matrix of powers of <see cref="PeriodicBasis"/>.
/// </summary>
internal sealed unsafe class PeriodicMatrixEncoding(
    CkksParameters parameters, SpecialFourierTransform transform, PeriodicBasis basis, PeriodicMatrix matrix)
{
    private readonly int _period = matrix.Runs / 2;

    /// <summary>Entries of a block, and what vectors of eight need more.</summary>
    private readonly int _length = (matrix.BlockLength + 7) / 8 * 8;

    private RingContext Ring => parameters.Ring;

    /// <summary>Encodes a block of rows.</summary>
    /// <param name="block">which</param>
    /// <param name="weights">the period of each entry, or null for zeros</param>
    /// <returns>the largest size of a coefficient</returns>
    public double Encode(int block, Func<int, int, double[]?> weights)
    {
        using RnsPolynomial coefficients = new(matrix.Runs, _length), residues = new(matrix.Runs, _length);
        for (var j = 0; j < matrix.Runs; j++)
            coefficients.LimbSpan(j).Clear();
        FillCoefficients(coefficients, block, weights);
        var largest = 0.0;
        for (var j = 0; j < matrix.Runs; j++)
        {
            Ring.Kernels.ScaleAndRound(coefficients.Limb(j), coefficients.Limb(j), matrix.Scale / _period, _length);
            largest = Math.Max(largest, EmbeddingKernels.LargestMagnitude(coefficients.LimbSpan(j)));
        }
        parameters.CheckCoefficient(nameof(CkksEncoder.EncodePeriodicMatrix), largest, matrix.Level, matrix.Scale);
        for (var limb = 0; limb <= matrix.Level; limb++)
        {
            Reduce(residues, coefficients, largest, Ring.Moduli[limb]);
            Transform(residues, block, limb);
        }
        return largest;
    }

    /// <summary>Entry (row, input) goes to place input * 4 + row of every coefficient's limb.</summary>
    private void FillCoefficients(RnsPolynomial coefficients, int block, Func<int, int, double[]?> weights)
    {
        double* slots = stackalloc double[4 * _period], polynomial = slots + 2 * _period;
        var first = block * VectorKernels.WeightRows;
        for (var output = first; output < Math.Min(matrix.Outputs, first + VectorKernels.WeightRows); output++)
        {
            for (var input = 0; input < matrix.Inputs; input++)
            {
                if (weights(output, input) is not { } values)
                    continue;
                if (values.Length != _period)
                {
                    throw new ArgumentException(
                        $"{nameof(CkksEncoder.EncodePeriodicMatrix)}: {values.Length} numbers in a matrix of period {_period}");
                }
                matrix.Use(output);
                values.CopyTo(new Span<double>(slots, _period));
                new Span<double>(slots + _period, _period).Clear();
                transform.FromSlots(polynomial, slots, _period);
                var place = matrix.PlaceOf(output - first, input);
                for (var j = 0; j < matrix.Runs; j++)
                    coefficients.Limb(j)[place] = polynomial[j];
            }
        }
    }

    private void Reduce(RnsPolynomial residues, RnsPolynomial coefficients, double largest, Modulus modulus)
    {
        // The kernel takes integers up to 2^52 p.
        var isLarge = largest > Math.ScaleB(modulus.P, 52);
        for (var j = 0; j < matrix.Runs; j++)
        {
            if (!isLarge)
            {
                Ring.Kernels.Reduce(residues.Limb(j), coefficients.Limb(j), _length, modulus);
                continue;
            }
            for (var i = 0; i < _length; i++)
                residues.Limb(j)[i] = modulus.Centre(modulus.Reduce(coefficients.Limb(j)[i]));
        }
    }

    private void Transform(RnsPolynomial residues, int block, int limb)
    {
        double** results = stackalloc double*[2 * matrix.Runs], operands = results + matrix.Runs;
        for (var run = 0; run < matrix.Runs; run++)
        {
            results[run] = matrix.Weights(limb, run) + block * matrix.BlockLength;
            operands[run] = residues.Limb(run);
        }
        basis.Transform(results, operands, matrix.BlockLength, limb);
    }
}
