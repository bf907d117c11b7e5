using System.Runtime.CompilerServices;

namespace Crammed.Ckks.Arithmetic;

/// <summary>The residue matrix product; see <see cref="ResidueSplit"/> and <see cref="PackedMatrix"/>.</summary>
internal sealed unsafe partial class SimdKernels<TSimd, TVector>
{
    /// <summary>Coefficients of an input that are cut into parts at a time.</summary>
    private const int PanelLength = 64;

    /// <summary>Doubles between rows of a panel: an odd number of cache lines, so that rows spread over all cache sets.</summary>
    private const int PanelStride = PanelLength + 8;

    /// <summary>Coefficients multiplied at a time: their parts, 16 KiB for two, stay in the nearest cache over all outputs.</summary>
    private const int PanelColumns = 16;

    private interface IPartCount
    {
        static abstract int Count { get; }
    }

    public override void LinearCombinations(
        double** results, double** inputs, PackedMatrix matrix, in ResidueSplit split, int offset, int length, Modulus modulus)
    {
        if (split.Parts == 2)
            MultiplyMatrix<Two>(results, inputs, matrix, split, offset, length, modulus);
        else
            MultiplyMatrix<Three>(results, inputs, matrix, split, offset, length, modulus);
    }

    [SkipLocalsInit]
    private static void MultiplyMatrix<TParts>(
        double** results, double** inputs, PackedMatrix matrix, in ResidueSplit split, int offset, int length, Modulus modulus)
        where TParts : struct, IPartCount
    {
        var panel = stackalloc double[PackedMatrix.PanelInputs * ResidueSplit.MaxParts * PanelStride];
        for (var end = offset + length; offset < end; offset += PanelLength)
        {
            var chunk = Math.Min(PanelLength, end - offset);
            for (var first = 0; first < matrix.InputCount; first += PackedMatrix.PanelInputs)
            {
                var count = Math.Min(PackedMatrix.PanelInputs, matrix.InputCount - first);
                FillPanel<TParts>(panel, inputs + first, count, split, offset, chunk);
                for (var column = 0; column < chunk; column += PanelColumns)
                {
                    var columns = Math.Min(PanelColumns, chunk - column);
                    MultiplyPanel<TParts>(results, matrix, first, panel + column, split, offset + column, columns, modulus);
                }
            }
        }
    }

    /// <summary>Cuts inputs into parts, input by input and part by part.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FillPanel<TParts>(double* panel, double** inputs, int count, in ResidueSplit split, int offset, int chunk)
        where TParts : struct, IPartCount
    {
        TVector unit = TSimd.Broadcast(Math.ScaleB(1, split.Shift)), inverse = TSimd.Broadcast(Math.ScaleB(1, -split.Shift));
        for (var input = 0; input < count; input++)
        {
            var source = inputs[input] + offset;
            var parts = panel + input * TParts.Count * PanelStride;
            for (var i = 0; i < chunk; i += TSimd.Width)
            {
                var rest = TSimd.Load(source + i);
                for (var part = 0; part < TParts.Count - 1; part++)
                {
                    var upper = TSimd.Round(TSimd.Multiply(rest, inverse));
                    TSimd.Store(parts + part * PanelStride + i, TSimd.NegatedMultiplyAdd(upper, unit, rest));
                    rest = upper;
                }
                TSimd.Store(parts + (TParts.Count - 1) * PanelStride + i, rest);
            }
        }
    }

    /// <summary>All outputs of some columns of one panel, four at a time with accumulators in registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyPanel<TParts>(
        double** results, PackedMatrix matrix, int firstInput, double* panel, in ResidueSplit split, int offset, int columns,
        Modulus modulus)
        where TParts : struct, IPartCount
    {
        TVector p = TSimd.Broadcast(modulus.P), inverse = TSimd.Broadcast(modulus.Inverse);
        var entry = firstInput / PackedMatrix.PanelInputs * matrix.BlockCount;
        var adds = firstInput != 0;
        fixed (int* starts = matrix.Starts, inputs = matrix.Inputs)
        fixed (double* weights = matrix.Weights)
        {
            for (var output = 0; output < matrix.OutputCount; output += PackedMatrix.OutputsPerBlock, entry++)
            {
                var outputs = Math.Min(PackedMatrix.OutputsPerBlock, matrix.OutputCount - output);
                for (var i = 0; i < columns; i += TSimd.Width)
                {
                    var zero = TSimd.Broadcast(0);
                    TVector a0 = zero, a1 = zero, a2 = zero, b0 = zero, b1 = zero, b2 = zero;
                    TVector c0 = zero, c1 = zero, c2 = zero, d0 = zero, d1 = zero, d2 = zero;
                    var w = weights + (long)PackedMatrix.OutputsPerBlock * starts[entry];
                    for (var input = inputs + starts[entry]; input != inputs + starts[entry + 1]; input++)
                    {
                        var x = panel + *input * (TParts.Count * PanelStride) + i;
                        TVector x0 = TSimd.Load(x), x1 = TSimd.Load(x + PanelStride);
                        var x2 = TParts.Count == 3 ? TSimd.Load(x + 2 * PanelStride) : zero;
                        var weight = TSimd.Broadcast(w[0]);
                        a0 = TSimd.MultiplyAdd(x0, weight, a0);
                        a1 = TSimd.MultiplyAdd(x1, weight, a1);
                        a2 = TParts.Count == 3 ? TSimd.MultiplyAdd(x2, weight, a2) : zero;
                        weight = TSimd.Broadcast(w[1]);
                        b0 = TSimd.MultiplyAdd(x0, weight, b0);
                        b1 = TSimd.MultiplyAdd(x1, weight, b1);
                        b2 = TParts.Count == 3 ? TSimd.MultiplyAdd(x2, weight, b2) : zero;
                        weight = TSimd.Broadcast(w[2]);
                        c0 = TSimd.MultiplyAdd(x0, weight, c0);
                        c1 = TSimd.MultiplyAdd(x1, weight, c1);
                        c2 = TParts.Count == 3 ? TSimd.MultiplyAdd(x2, weight, c2) : zero;
                        weight = TSimd.Broadcast(w[3]);
                        d0 = TSimd.MultiplyAdd(x0, weight, d0);
                        d1 = TSimd.MultiplyAdd(x1, weight, d1);
                        d2 = TParts.Count == 3 ? TSimd.MultiplyAdd(x2, weight, d2) : zero;
                        w += PackedMatrix.OutputsPerBlock;
                    }
                    StoreSum<TParts>(results[output] + offset + i, a0, a1, a2, split, adds, p, inverse);
                    if (outputs > 1)
                        StoreSum<TParts>(results[output + 1] + offset + i, b0, b1, b2, split, adds, p, inverse);
                    if (outputs > 2)
                        StoreSum<TParts>(results[output + 2] + offset + i, c0, c1, c2, split, adds, p, inverse);
                    if (outputs > 3)
                        StoreSum<TParts>(results[output + 3] + offset + i, d0, d1, d2, split, adds, p, inverse);
                }
            }
        }
    }

    /// <summary>Puts the parts' sums together modulo p: each product is below 2p, so up to four of them stay below 2^53.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreSum<TParts>(
        double* result, TVector sum0, TVector sum1, TVector sum2, in ResidueSplit split, bool adds, TVector p, TVector inverse)
        where TParts : struct, IPartCount
    {
        var lower = MultiplyLanes(sum0, TSimd.Broadcast(split.Factor0), p, inverse);
        var sum = TSimd.Add(lower, MultiplyLanes(sum1, TSimd.Broadcast(split.Factor1), p, inverse));
        if (TParts.Count == 3)
            sum = TSimd.Add(sum, MultiplyLanes(sum2, TSimd.Broadcast(split.Factor2), p, inverse));
        if (adds)
            sum = TSimd.Add(sum, TSimd.Load(result));
        TSimd.Store(result, ReduceLanes(sum, p, inverse));
    }

    private readonly struct Two : IPartCount
    {
        public static int Count => 2;
    }

    private readonly struct Three : IPartCount
    {
        public static int Count => 3;
    }
}
