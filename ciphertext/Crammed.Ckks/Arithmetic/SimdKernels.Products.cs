using System.Runtime.CompilerServices;

namespace Crammed.Ckks.Arithmetic;

/// <summary>Sums of products, accumulated as <see cref="WideAccumulation"/> describes.</summary>
internal sealed unsafe partial class SimdKernels<TSimd, TVector>
{
    /// <summary>Coefficients per step of a long sum: six accumulators of so many fit the first-level cache beside the operands.</summary>
    private const int SumChunk = 256;

    /// <summary>Pairs read side by side in one sweep over a chunk: few enough streams for the hardware to prefetch.</summary>
    private const int PairsPerSweep = 4;

    private interface ITensorProduct
    {
        /// <summary>Adds the products of one pair to the accumulators.</summary>
        static abstract void Accumulate(
            double** pair, int offset, TVector p, TVector inverse,
            ref TVector high0, ref TVector low0, ref TVector high1, ref TVector low1, ref TVector high2, ref TVector low2);
    }

    public override void SumOfProducts(
        double* result0, double* result1, double* result2, double** operands, int count, int offset, int length, Modulus modulus) =>
        SumTensors<PairProduct>(result0, result1, result2, operands, count, offset, length, modulus);

    public override void SumOfSquaredDifferences(
        double* result0, double* result1, double* result2, double** operands, int count, int offset, int length, Modulus modulus) =>
        SumTensors<SquaredDifference>(result0, result1, result2, operands, count, offset, length, modulus);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void InnerProducts(
        double* result0, double* result1, double** operands, int count, int length, Modulus modulus)
    {
        TVector p = TSimd.Broadcast(modulus.P), inverse = TSimd.Broadcast(modulus.Inverse);
        var start = TSimd.Broadcast(modulus.Accumulation.Start);
        var terms = modulus.Accumulation.Terms;
        for (var i = 0; i < length; i += TSimd.Width)
        {
            TVector sum0 = TSimd.Broadcast(0), sum1 = sum0;
            for (var first = 0; first < count; first += terms)
            {
                var end = Math.Min(count, first + terms);
                TVector high0 = start, high1 = start, low0 = sum0, low1 = sum1;
                for (var term = first; term < end; term++)
                {
                    var triple = operands + 3 * term;
                    var digit = TSimd.Load(triple[0] + i);
                    AccumulateProduct(digit, TSimd.Load(triple[1] + i), ref high0, ref low0);
                    AccumulateProduct(digit, TSimd.Load(triple[2] + i), ref high1, ref low1);
                }
                sum0 = FoldSum(high0, low0, start, p, inverse);
                sum1 = FoldSum(high1, low1, start, p, inverse);
            }
            TSimd.Store(result0 + i, sum0);
            TSimd.Store(result1 + i, sum1);
        }
    }

    [SkipLocalsInit]
    private static void SumTensors<TProduct>(
        double* result0, double* result1, double* result2, double** operands, int count, int offset, int length, Modulus modulus)
        where TProduct : struct, ITensorProduct
    {
        // The middle coefficient takes two products a pair.
        var pairsPerBlock = Math.Max(1, modulus.Accumulation.Terms / 2);
        if (count <= Math.Min(PairsPerSweep, pairsPerBlock))
        {
            SumFewPairs<TProduct>(result0, result1, result2, operands, count, offset, length, modulus);
            return;
        }
        var accumulators = stackalloc double[6 * SumChunk];
        for (var end = offset + length; offset < end; offset += SumChunk)
        {
            var chunk = Math.Min(SumChunk, end - offset);
            StartAccumulators(accumulators, modulus);
            for (var first = 0; first < count; first += pairsPerBlock)
            {
                var blockEnd = Math.Min(count, first + pairsPerBlock);
                for (var pair = first; pair < blockEnd; pair += PairsPerSweep)
                {
                    var pairs = Math.Min(PairsPerSweep, blockEnd - pair);
                    SweepPairs<TProduct>(accumulators, operands + 4 * pair, pairs, offset, chunk, modulus);
                }
                FoldAccumulators(accumulators, chunk, modulus);
            }
            for (var i = 0; i < chunk; i += TSimd.Width)
            {
                TSimd.Store(result0 + offset + i, TSimd.Load(accumulators + SumChunk + i));
                TSimd.Store(result1 + offset + i, TSimd.Load(accumulators + 3 * SumChunk + i));
                TSimd.Store(result2 + offset + i, TSimd.Load(accumulators + 5 * SumChunk + i));
            }
        }
    }

    /// <summary>So few pairs that one sweep takes them all: accumulators stay in registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SumFewPairs<TProduct>(
        double* result0, double* result1, double* result2, double** operands, int count, int offset, int length, Modulus modulus)
        where TProduct : struct, ITensorProduct
    {
        TVector p = TSimd.Broadcast(modulus.P), inverse = TSimd.Broadcast(modulus.Inverse);
        TVector start = TSimd.Broadcast(modulus.Accumulation.Start), zero = TSimd.Broadcast(0);
        var end = operands + 4 * count;
        for (var i = offset; i < offset + length; i += TSimd.Width)
        {
            TVector high0 = start, high1 = start, high2 = start, low0 = zero, low1 = zero, low2 = zero;
            for (var pair = operands; pair != end; pair += 4)
                TProduct.Accumulate(pair, i, p, inverse, ref high0, ref low0, ref high1, ref low1, ref high2, ref low2);
            TSimd.Store(result0 + i, FoldSum(high0, low0, start, p, inverse));
            TSimd.Store(result1 + i, FoldSum(high1, low1, start, p, inverse));
            TSimd.Store(result2 + i, FoldSum(high2, low2, start, p, inverse));
        }
    }

    private static void StartAccumulators(double* accumulators, Modulus modulus)
    {
        for (var sum = 0; sum < 3; sum++)
        {
            new Span<double>(accumulators + 2 * sum * SumChunk, SumChunk).Fill(modulus.Accumulation.Start);
            new Span<double>(accumulators + (2 * sum + 1) * SumChunk, SumChunk).Clear();
        }
    }

    /// <summary>Reduces every sum into its lower accumulator and starts the upper one anew.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FoldAccumulators(double* accumulators, int chunk, Modulus modulus)
    {
        TVector p = TSimd.Broadcast(modulus.P), inverse = TSimd.Broadcast(modulus.Inverse);
        var start = TSimd.Broadcast(modulus.Accumulation.Start);
        for (var sum = 0; sum < 3; sum++)
        {
            double* high = accumulators + 2 * sum * SumChunk, low = high + SumChunk;
            for (var i = 0; i < chunk; i += TSimd.Width)
            {
                TSimd.Store(low + i, FoldSum(TSimd.Load(high + i), TSimd.Load(low + i), start, p, inverse));
                TSimd.Store(high + i, start);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SweepPairs<TProduct>(
        double* accumulators, double** operands, int pairs, int offset, int chunk, Modulus modulus)
        where TProduct : struct, ITensorProduct
    {
        TVector p = TSimd.Broadcast(modulus.P), inverse = TSimd.Broadcast(modulus.Inverse);
        var end = operands + 4 * pairs;
        for (var i = 0; i < chunk; i += TSimd.Width)
        {
            var sums = accumulators + i;
            TVector high0 = TSimd.Load(sums), low0 = TSimd.Load(sums + SumChunk);
            TVector high1 = TSimd.Load(sums + 2 * SumChunk), low1 = TSimd.Load(sums + 3 * SumChunk);
            TVector high2 = TSimd.Load(sums + 4 * SumChunk), low2 = TSimd.Load(sums + 5 * SumChunk);
            for (var pair = operands; pair != end; pair += 4)
            {
                TProduct.Accumulate(
                    pair, offset + i, p, inverse, ref high0, ref low0, ref high1, ref low1, ref high2, ref low2);
            }
            TSimd.Store(sums, high0);
            TSimd.Store(sums + SumChunk, low0);
            TSimd.Store(sums + 2 * SumChunk, high1);
            TSimd.Store(sums + 3 * SumChunk, low1);
            TSimd.Store(sums + 4 * SumChunk, high2);
            TSimd.Store(sums + 5 * SumChunk, low2);
        }
    }

    /// <summary>Adds left * right to the pair of accumulators, exactly.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AccumulateProduct(TVector left, TVector right, ref TVector high, ref TVector low)
    {
        var moved = TSimd.MultiplyAdd(left, right, high);
        low = TSimd.Add(low, TSimd.MultiplySubtract(left, right, TSimd.Subtract(moved, high)));
        high = moved;
    }

    /// <summary>The centred residue of an accumulated sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector FoldSum(TVector high, TVector low, TVector start, TVector p, TVector inverse)
    {
        var upper = ReduceLanes(TSimd.Subtract(high, start), p, inverse);
        return ReduceLanes(TSimd.Add(upper, low), p, inverse);
    }

    private readonly struct PairProduct : ITensorProduct
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Accumulate(
            double** pair, int offset, TVector p, TVector inverse,
            ref TVector high0, ref TVector low0, ref TVector high1, ref TVector low1, ref TVector high2, ref TVector low2)
        {
            TVector a0 = TSimd.Load(pair[0] + offset), a1 = TSimd.Load(pair[1] + offset);
            TVector b0 = TSimd.Load(pair[2] + offset), b1 = TSimd.Load(pair[3] + offset);
            AccumulateProduct(a0, b0, ref high0, ref low0);
            AccumulateProduct(a0, b1, ref high1, ref low1);
            AccumulateProduct(a1, b0, ref high1, ref low1);
            AccumulateProduct(a1, b1, ref high2, ref low2);
        }
    }

    private readonly struct SquaredDifference : ITensorProduct
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Accumulate(
            double** pair, int offset, TVector p, TVector inverse,
            ref TVector high0, ref TVector low0, ref TVector high1, ref TVector low1, ref TVector high2, ref TVector low2)
        {
            var x0 = TSimd.Subtract(TSimd.Load(pair[0] + offset), TSimd.Load(pair[2] + offset));
            var x1 = TSimd.Subtract(TSimd.Load(pair[1] + offset), TSimd.Load(pair[3] + offset));
            x0 = ReduceLanes(x0, p, inverse);
            x1 = ReduceLanes(x1, p, inverse);
            AccumulateProduct(x0, x0, ref high0, ref low0);
            AccumulateProduct(TSimd.Add(x0, x0), x1, ref high1, ref low1);
            AccumulateProduct(x1, x1, ref high2, ref low2);
        }
    }
}
