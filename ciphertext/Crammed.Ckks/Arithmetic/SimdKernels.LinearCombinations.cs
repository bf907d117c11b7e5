using System.Runtime.CompilerServices;

namespace Crammed.Ckks.Arithmetic;

/// <summary>The residue matrix product.</summary>
internal sealed unsafe partial class SimdKernels<TSimd, TVector>
{
    /// <summary>Coefficients per panel; with <see cref="PanelInputs"/> inputs a panel is 32 KiB.</summary>
    private const int PanelLength = 64;

    private const int PanelInputs = 64;

    private const int OutputsPerBlock = 4;

    [SkipLocalsInit]
    public override void LinearCombinations(
        double** results, int outputCount, double** inputs, int inputCount, double* weights, int offset, int length, Modulus modulus)
    {
        // Inputs lie at multiples of a large power of two; copied side by side they do not fight for the same cache sets.
        double* panel = stackalloc double[PanelInputs * PanelLength];
        double* packed = stackalloc double[PanelInputs * OutputsPerBlock];
        int* rows = stackalloc int[PanelInputs];
        int inputsPerPanel = Math.Min(PanelInputs, modulus.Accumulation.Terms);
        for (int end = offset + length; offset < end; offset += PanelLength)
        {
            int chunk = Math.Min(PanelLength, end - offset);
            for (int first = 0; first < inputCount; first += inputsPerPanel)
            {
                int panelInputs = Math.Min(inputsPerPanel, inputCount - first);
                for (int input = 0; input < panelInputs; input++)
                {
                    var source = new ReadOnlySpan<double>(inputs[first + input] + offset, chunk);
                    source.CopyTo(new Span<double>(panel + input * PanelLength, chunk));
                }
                for (int output = 0; output < outputCount; output += OutputsPerBlock)
                {
                    int outputs = Math.Min(OutputsPerBlock, outputCount - output);
                    int used = PackWeights(
                        weights + (long)output * inputCount + first, outputs, panelInputs, inputCount, packed, rows);
                    MultiplyPanel(results + output, outputs, panel, packed, rows, used, offset, chunk, first != 0, modulus);
                }
            }
        }
    }

    /// <summary>Packs the weights of up to four outputs input by input, leaving out inputs that none of them uses.</summary>
    private static int PackWeights(double* weights, int outputs, int panelInputs, int inputCount, double* packed, int* rows)
    {
        int used = 0;
        for (int input = 0; input < panelInputs; input++)
        {
            bool isUsed = false;
            for (int output = 0; output < OutputsPerBlock; output++)
            {
                double weight = output < outputs ? weights[(long)output * inputCount + input] : 0;
                packed[used * OutputsPerBlock + output] = weight;
                isUsed |= weight != 0;
            }
            rows[used] = input * PanelLength;
            used += isUsed ? 1 : 0;
        }
        return used;
    }

    /// <summary>Four outputs of one panel; their accumulators stay in registers over all inputs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyPanel(
        double** results, int outputs, double* panel, double* packed, int* rows, int used, int offset, int chunk, bool adds,
        Modulus modulus)
    {
        TVector start = TSimd.Broadcast(modulus.Accumulation.Start), zero = TSimd.Broadcast(0);
        double* sums = stackalloc double[OutputsPerBlock * 8];
        for (int i = 0; i < chunk; i += TSimd.Width)
        {
            TVector high0 = start, high1 = start, high2 = start, high3 = start;
            TVector low0 = zero, low1 = zero, low2 = zero, low3 = zero;
            double* w = packed;
            for (int row = 0; row < used; row++, w += OutputsPerBlock)
            {
                TVector x = TSimd.Load(panel + rows[row] + i);
                AccumulateProduct(x, TSimd.Broadcast(w[0]), ref high0, ref low0);
                AccumulateProduct(x, TSimd.Broadcast(w[1]), ref high1, ref low1);
                AccumulateProduct(x, TSimd.Broadcast(w[2]), ref high2, ref low2);
                AccumulateProduct(x, TSimd.Broadcast(w[3]), ref high3, ref low3);
            }
            TVector p = TSimd.Broadcast(modulus.P), inverse = TSimd.Broadcast(modulus.Inverse);
            TSimd.Store(sums, FoldSum(high0, low0, start, p, inverse));
            TSimd.Store(sums + TSimd.Width, FoldSum(high1, low1, start, p, inverse));
            TSimd.Store(sums + 2 * TSimd.Width, FoldSum(high2, low2, start, p, inverse));
            TSimd.Store(sums + 3 * TSimd.Width, FoldSum(high3, low3, start, p, inverse));
            for (int output = 0; output < outputs; output++)
            {
                double* result = results[output] + offset + i;
                TVector sum = TSimd.Load(sums + output * TSimd.Width);
                TSimd.Store(result, adds ? ReduceLanes(TSimd.Add(TSimd.Load(result), sum), p, inverse) : sum);
            }
        }
    }
}
