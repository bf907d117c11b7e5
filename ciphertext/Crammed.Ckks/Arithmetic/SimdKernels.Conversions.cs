using System.Runtime.CompilerServices;

namespace Crammed.Ckks.Arithmetic;

/// <summary>Conversions between moduli, and the stages of the complex embedding.</summary>
internal sealed unsafe partial class SimdKernels<TSimd, TVector>
{
    /// <summary>A partial sum of so many products stays below 2^52 at 50 bits.</summary>
    private const int TermsBetweenReductions = 4;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void MixedRadixStep(double* destination, double* subtrahend, double factor, int length, Modulus modulus)
    {
        TVector p = TSimd.Broadcast(modulus.P), inverse = TSimd.Broadcast(modulus.Inverse), w = TSimd.Broadcast(factor);
        for (int i = 0; i < length; i += TSimd.Width)
        {
            TVector difference = TSimd.Subtract(TSimd.Load(destination + i), TSimd.Load(subtrahend + i));
            TSimd.Store(destination + i, ReduceLanes(MultiplyLanes(difference, w, p, inverse), p, inverse));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void MixedRadixEvaluate(
        double* destination, double** digits, double* weights, int count, int length, Modulus modulus)
    {
        TVector p = TSimd.Broadcast(modulus.P), inverse = TSimd.Broadcast(modulus.Inverse);
        for (int i = 0; i < length; i += TSimd.Width)
        {
            TVector sum = TSimd.Load(digits[0] + i);
            for (int k = 1; k < count; k++)
            {
                TVector product = MultiplyLanes(TSimd.Load(digits[k] + i), TSimd.Broadcast(weights[k]), p, inverse);
                sum = TSimd.Add(sum, product);
                if (k % TermsBetweenReductions == 0)
                    sum = ReduceLanes(sum, p, inverse);
            }
            TSimd.Store(destination + i, sum);
        }
    }

    public override void EmbeddingStage(
        double* real, double* imaginary, double* rootReal, double* rootImaginary, int half, int length)
    {
        if (half >= TSimd.Width)
            ForwardEmbedding(real, imaginary, rootReal, rootImaginary, half, length);
        else
            SimdKernels<SimdScalar, double>.ForwardEmbedding(real, imaginary, rootReal, rootImaginary, half, length);
    }

    public override void InverseEmbeddingStage(
        double* real, double* imaginary, double* rootReal, double* rootImaginary, int half, int length)
    {
        if (half >= TSimd.Width)
            InverseEmbedding(real, imaginary, rootReal, rootImaginary, half, length);
        else
            SimdKernels<SimdScalar, double>.InverseEmbedding(real, imaginary, rootReal, rootImaginary, half, length);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void ForwardEmbedding(
        double* real, double* imaginary, double* rootReal, double* rootImaginary, int half, int length)
    {
        for (int block = 0; block < length; block += 2 * half)
        {
            for (int j = 0; j < half; j += TSimd.Width)
            {
                double* ur = real + block + j, ui = imaginary + block + j;
                TVector wr = TSimd.Load(rootReal + j), wi = TSimd.Load(rootImaginary + j);
                TVector vr = TSimd.Load(ur + half), vi = TSimd.Load(ui + half);
                TVector pr = TSimd.MultiplySubtract(vr, wr, TSimd.Multiply(vi, wi));
                TVector pi = TSimd.MultiplyAdd(vr, wi, TSimd.Multiply(vi, wr));
                TVector xr = TSimd.Load(ur), xi = TSimd.Load(ui);
                TSimd.Store(ur, TSimd.Add(xr, pr));
                TSimd.Store(ui, TSimd.Add(xi, pi));
                TSimd.Store(ur + half, TSimd.Subtract(xr, pr));
                TSimd.Store(ui + half, TSimd.Subtract(xi, pi));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void InverseEmbedding(
        double* real, double* imaginary, double* rootReal, double* rootImaginary, int half, int length)
    {
        for (int block = 0; block < length; block += 2 * half)
        {
            for (int j = 0; j < half; j += TSimd.Width)
            {
                double* ur = real + block + j, ui = imaginary + block + j;
                TVector wr = TSimd.Load(rootReal + j), wi = TSimd.Load(rootImaginary + j);
                TVector xr = TSimd.Load(ur), xi = TSimd.Load(ui), vr = TSimd.Load(ur + half), vi = TSimd.Load(ui + half);
                TSimd.Store(ur, TSimd.Add(xr, vr));
                TSimd.Store(ui, TSimd.Add(xi, vi));
                TVector dr = TSimd.Subtract(xr, vr), di = TSimd.Subtract(xi, vi);
                TSimd.Store(ur + half, TSimd.MultiplyAdd(dr, wr, TSimd.Multiply(di, wi)));
                TSimd.Store(ui + half, TSimd.MultiplySubtract(di, wr, TSimd.Multiply(dr, wi)));
            }
        }
    }
}
