using System.Runtime.CompilerServices;

namespace Crammed.Ckks.Arithmetic;

/// <summary>Conversions between moduli.</summary>
internal sealed unsafe partial class SimdKernels<TSimd, TVector>
{
    /// <summary>Coefficients of every digit that stay in a near cache while all targets read them.</summary>
    private const int ConversionChunk = 512;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void MixedRadixDigit(
        double* destination, double** digits, double* inverses, int count, int offset, int length, Modulus modulus)
    {
        TVector p = TSimd.Broadcast(modulus.P), inverse = TSimd.Broadcast(modulus.Inverse);
        // Four vectors side by side: each is one long chain of dependent instructions.
        for (var i = offset; i < offset + length; i += 4 * TSimd.Width)
        {
            var x = destination + i;
            TVector x0 = TSimd.Load(x), x1 = TSimd.Load(x + TSimd.Width);
            TVector x2 = TSimd.Load(x + 2 * TSimd.Width), x3 = TSimd.Load(x + 3 * TSimd.Width);
            for (var k = 0; k < count; k++)
            {
                var w = TSimd.Broadcast(inverses[k]);
                var digit = digits[k] + i;
                x0 = MultiplyLanes(TSimd.Subtract(x0, TSimd.Load(digit)), w, p, inverse);
                x1 = MultiplyLanes(TSimd.Subtract(x1, TSimd.Load(digit + TSimd.Width)), w, p, inverse);
                x2 = MultiplyLanes(TSimd.Subtract(x2, TSimd.Load(digit + 2 * TSimd.Width)), w, p, inverse);
                x3 = MultiplyLanes(TSimd.Subtract(x3, TSimd.Load(digit + 3 * TSimd.Width)), w, p, inverse);
            }
            TSimd.Store(x, ReduceLanes(x0, p, inverse));
            TSimd.Store(x + TSimd.Width, ReduceLanes(x1, p, inverse));
            TSimd.Store(x + 2 * TSimd.Width, ReduceLanes(x2, p, inverse));
            TSimd.Store(x + 3 * TSimd.Width, ReduceLanes(x3, p, inverse));
        }
    }

    public override void MixedRadixEvaluate(
        double** destinations, double** digits, ConversionTarget* targets, int targetCount, int count, int length)
    {
        for (var offset = 0; offset < length; offset += ConversionChunk)
        {
            var chunk = Math.Min(ConversionChunk, length - offset);
            var target = 0;
            for (; target + 1 < targetCount; target += 2)
                EvaluatePair(destinations + target, digits, targets + target, count, offset, chunk);
            if (target < targetCount)
                EvaluateOne(destinations[target], digits, targets[target], count, offset, chunk);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void EvaluatePair(double** destinations, double** digits, ConversionTarget* targets, int count, int offset, int length)
    {
        ConversionTarget target0 = targets[0], target1 = targets[1];
        double* weights0 = (double*)target0.Weights, weights1 = (double*)target1.Weights;
        TVector p0 = TSimd.Broadcast(target0.P), inverse0 = TSimd.Broadcast(target0.Inverse), start0 = TSimd.Broadcast(target0.Start);
        TVector p1 = TSimd.Broadcast(target1.P), inverse1 = TSimd.Broadcast(target1.Inverse), start1 = TSimd.Broadcast(target1.Start);
        double* destination0 = destinations[0], destination1 = destinations[1];
        var terms = Math.Min(target0.Terms, target1.Terms);
        for (var i = offset; i < offset + length; i += TSimd.Width)
        {
            TVector sum0 = TSimd.Load(digits[0] + i), sum1 = sum0;
            for (var first = 1; first < count; first += terms)
            {
                var end = Math.Min(count, first + terms);
                TVector high0 = start0, high1 = start1, low0 = sum0, low1 = sum1;
                for (var k = first; k < end; k++)
                {
                    var digit = TSimd.Load(digits[k] + i);
                    AccumulateProduct(digit, TSimd.Broadcast(weights0[k]), ref high0, ref low0);
                    AccumulateProduct(digit, TSimd.Broadcast(weights1[k]), ref high1, ref low1);
                }
                sum0 = FoldSum(high0, low0, start0, p0, inverse0);
                sum1 = FoldSum(high1, low1, start1, p1, inverse1);
            }
            TSimd.Store(destination0 + i, sum0);
            TSimd.Store(destination1 + i, sum1);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void EvaluateOne(double* destination, double** digits, ConversionTarget target, int count, int offset, int length)
    {
        var weights = (double*)target.Weights;
        TVector p = TSimd.Broadcast(target.P), inverse = TSimd.Broadcast(target.Inverse), start = TSimd.Broadcast(target.Start);
        for (var i = offset; i < offset + length; i += TSimd.Width)
        {
            var sum = TSimd.Load(digits[0] + i);
            for (var first = 1; first < count; first += target.Terms)
            {
                var end = Math.Min(count, first + target.Terms);
                TVector high = start, low = sum;
                for (var k = first; k < end; k++)
                    AccumulateProduct(TSimd.Load(digits[k] + i), TSimd.Broadcast(weights[k]), ref high, ref low);
                sum = FoldSum(high, low, start, p, inverse);
            }
            TSimd.Store(destination + i, sum);
        }
    }
}
