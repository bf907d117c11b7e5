using System.Numerics;
using System.Runtime.CompilerServices;

namespace Crammed.Ckks.Arithmetic;

/// <summary>
/// The embedding's kernels over <see cref="ISimd{TVector}"/>: radix-4 passes in place (see <see cref="EmbeddingRoots"/>), the large ones
/// over the whole vector, the others block by block within the nearest cache.
/// </summary>
internal sealed unsafe class SimdEmbeddingKernels<TSimd, TVector> : EmbeddingKernels
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
{
    /// <summary>Complex numbers (16 KiB) up to which a block goes through all remaining passes at once.</summary>
    private const int CacheBlock = 1024;

    /// <summary>Complex numbers that eight-lane vectors need at least: the last pass takes four vectors at a time.</summary>
    private const int LeastCount = 32;

    private static int Width => TSimd.Width;

    public override void FromSlots(double* real, double* imaginary, int count, EmbeddingRoots roots)
    {
        if (Width > 1 && count < LeastCount)
        {
            OfWidth(1).FromSlots(real, imaginary, count, roots);
            return;
        }
        var block = count;
        if (HasLeadingStage(count))
        {
            block = count / 2;
            InverseLeadingStage(real, imaginary, block, roots.Leading(block));
        }
        for (; block > CacheBlock; block /= 4)
            InversePass(real, imaginary, count, block / 4, roots.Pass(block / 4));
        var region = Math.Min(count, CacheBlock);
        for (var start = 0; start < count; start += region)
        {
            for (var inner = block; inner > 4; inner /= 4)
                InversePass(real + start, imaginary + start, region, inner / 4, roots.Pass(inner / 4));
            if (block >= 4)
                InverseTail(real + start, imaginary + start, region, roots.Pass(1));
        }
    }

    public override void ToSlots(double* real, double* imaginary, int count, EmbeddingRoots roots)
    {
        if (Width > 1 && count < LeastCount)
        {
            OfWidth(1).ToSlots(real, imaginary, count, roots);
            return;
        }
        var largest = HasLeadingStage(count) ? count / 2 : count;
        var region = Math.Min(count, CacheBlock);
        var block = 4;
        for (var start = 0; start < count; start += region)
        {
            if (largest >= 4)
                ForwardTail(real + start, imaginary + start, region, roots.Pass(1));
            for (block = 16; block <= Math.Min(largest, region); block *= 4)
                ForwardPass(real + start, imaginary + start, region, block / 4, roots.Pass(block / 4));
        }
        for (; block <= largest; block *= 4)
            ForwardPass(real, imaginary, count, block / 4, roots.Pass(block / 4));
        if (HasLeadingStage(count))
            ForwardLeadingStage(real, imaginary, largest, roots.Leading(largest));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void MixedRadixToReal(
        double* destination, double** digits, double* moduli, int count, double factor, int length)
    {
        var f = TSimd.Broadcast(factor);
        for (var i = 0; i < length; i += Width)
        {
            var sum = TSimd.Load(digits[count - 1] + i);
            for (var k = count - 2; k >= 0; k--)
                sum = TSimd.MultiplyAdd(sum, TSimd.Broadcast(moduli[k]), TSimd.Load(digits[k] + i));
            TSimd.Store(destination + i, TSimd.Multiply(sum, f));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void SplitIntegers(double** digits, double* values, int count, int digitBits, int length)
    {
        for (var k = count - 1; k >= 0; k--)
        {
            // Powers of two divide and multiply exactly; what is left of a double is a double.
            TVector unit = TSimd.Broadcast(Math.ScaleB(1, k * digitBits)), inverse = TSimd.Broadcast(Math.ScaleB(1, -k * digitBits));
            var digit = digits[k];
            for (var i = 0; i < length; i += Width)
            {
                var value = TSimd.Load(values + i);
                var rounded = TSimd.Round(TSimd.Multiply(value, inverse));
                TSimd.Store(digit + i, rounded);
                TSimd.Store(values + i, TSimd.NegatedMultiplyAdd(rounded, unit, value));
            }
        }
    }

    private static bool HasLeadingStage(int count) => BitOperations.Log2((uint)count) % 2 != 0;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void InverseLeadingStage(double* real, double* imaginary, int half, double* root)
    {
        var rootImaginary = root + EmbeddingRoots.Stride(half);
        for (var j = 0; j < half; j += Width)
        {
            Lanes u = new(real + j, imaginary + j), v = new(real + half + j, imaginary + half + j);
            u.Plus(v).Store(real + j, imaginary + j);
            u.Minus(v).TimesConjugate(new Lanes(root + j, rootImaginary + j)).Store(real + half + j, imaginary + half + j);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ForwardLeadingStage(double* real, double* imaginary, int half, double* root)
    {
        var rootImaginary = root + EmbeddingRoots.Stride(half);
        for (var j = 0; j < half; j += Width)
        {
            Lanes u = new(real + j, imaginary + j);
            var v = new Lanes(real + half + j, imaginary + half + j).Times(new Lanes(root + j, rootImaginary + j));
            u.Plus(v).Store(real + j, imaginary + j);
            u.Minus(v).Store(real + half + j, imaginary + half + j);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void InversePass(double* real, double* imaginary, int length, int quarter, double* roots)
    {
        if (quarter < Width)
        {
            InversePairedPass(real, imaginary, length, roots);
            return;
        }
        var stride = EmbeddingRoots.Stride(quarter);
        for (var block = 0; block < length; block += 4 * quarter)
        {
            double* re = real + block, im = imaginary + block;
            for (var j = 0; j < quarter; j += Width)
            {
                InverseButterfly(
                    new Lanes(re + j, im + j), new Lanes(re + quarter + j, im + quarter + j),
                    new Lanes(re + 2 * quarter + j, im + 2 * quarter + j), new Lanes(re + 3 * quarter + j, im + 3 * quarter + j),
                    out var r0, out var r1, out var r2, out var r3);
                var w = roots + j;
                r0.Store(re + j, im + j);
                r1.TimesConjugate(new Lanes(w + 2 * stride, w + 3 * stride)).Store(re + quarter + j, im + quarter + j);
                r2.TimesConjugate(new Lanes(w, w + stride)).Store(re + 2 * quarter + j, im + 2 * quarter + j);
                r3.TimesConjugate(new Lanes(w + 4 * stride, w + 5 * stride)).Store(re + 3 * quarter + j, im + 3 * quarter + j);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ForwardPass(double* real, double* imaginary, int length, int quarter, double* roots)
    {
        if (quarter < Width)
        {
            ForwardPairedPass(real, imaginary, length, roots);
            return;
        }
        var stride = EmbeddingRoots.Stride(quarter);
        for (var block = 0; block < length; block += 4 * quarter)
        {
            double* re = real + block, im = imaginary + block;
            for (var j = 0; j < quarter; j += Width)
            {
                var w = roots + j;
                ForwardButterfly(
                    new Lanes(re + j, im + j),
                    new Lanes(re + quarter + j, im + quarter + j).Times(new Lanes(w + 2 * stride, w + 3 * stride)),
                    new Lanes(re + 2 * quarter + j, im + 2 * quarter + j).Times(new Lanes(w, w + stride)),
                    new Lanes(re + 3 * quarter + j, im + 3 * quarter + j).Times(new Lanes(w + 4 * stride, w + 5 * stride)),
                    out var r0, out var r1, out var r2, out var r3);
                r0.Store(re + j, im + j);
                r1.Store(re + quarter + j, im + quarter + j);
                r2.Store(re + 2 * quarter + j, im + 2 * quarter + j);
                r3.Store(re + 3 * quarter + j, im + 3 * quarter + j);
            }
        }
    }

    /// <summary>The pass of quarters of four in eight-lane vectors, two blocks at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void InversePairedPass(double* real, double* imaginary, int length, double* roots)
    {
        Lanes w1 = new(roots, roots + Width), w2 = new(roots + 2 * Width, roots + 3 * Width);
        Lanes w3 = new(roots + 4 * Width, roots + 5 * Width);
        for (var i = 0; i < length; i += 4 * Width)
        {
            LoadPair(real + i, imaginary + i, out var a, out var b, out var c, out var d);
            InverseButterfly(a, b, c, d, out var r0, out var r1, out var r2, out var r3);
            StorePair(
                real + i, imaginary + i, r0, r1.TimesConjugate(w2), r2.TimesConjugate(w1), r3.TimesConjugate(w3));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ForwardPairedPass(double* real, double* imaginary, int length, double* roots)
    {
        Lanes w1 = new(roots, roots + Width), w2 = new(roots + 2 * Width, roots + 3 * Width);
        Lanes w3 = new(roots + 4 * Width, roots + 5 * Width);
        for (var i = 0; i < length; i += 4 * Width)
        {
            LoadPair(real + i, imaginary + i, out var a, out var b, out var c, out var d);
            ForwardButterfly(a, b.Times(w2), c.Times(w1), d.Times(w3), out var r0, out var r1, out var r2, out var r3);
            StorePair(real + i, imaginary + i, r0, r1, r2, r3);
        }
    }

    /// <summary>The pass of quarters of one: four neighbours each. Its ι is i, that of the others -i: two results change places.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void InverseTail(double* real, double* imaginary, int length, double* roots)
    {
        Lanes w1 = Lanes.Broadcast(roots, 0), w2 = Lanes.Broadcast(roots, 2), w3 = Lanes.Broadcast(roots, 4);
        for (var i = 0; i < length; i += 4 * Width)
        {
            LoadNeighbours(real + i, imaginary + i, out var a, out var b, out var c, out var d);
            InverseButterfly(a, b, c, d, out var r0, out var r1, out var r3, out var r2);
            StoreNeighbours(
                real + i, imaginary + i, r0, r1.TimesConjugate(w2), r2.TimesConjugate(w1), r3.TimesConjugate(w3));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ForwardTail(double* real, double* imaginary, int length, double* roots)
    {
        Lanes w1 = Lanes.Broadcast(roots, 0), w2 = Lanes.Broadcast(roots, 2), w3 = Lanes.Broadcast(roots, 4);
        for (var i = 0; i < length; i += 4 * Width)
        {
            LoadNeighbours(real + i, imaginary + i, out var a, out var b, out var c, out var d);
            ForwardButterfly(a, b.Times(w2), c.Times(w1), d.Times(w3), out var r0, out var r3, out var r2, out var r1);
            StoreNeighbours(real + i, imaginary + i, r0, r1, r2, r3);
        }
    }

    /// <summary>The butterfly before its factors: sums and differences of halves, then of quarters, with i between.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void InverseButterfly(
        Lanes a, Lanes b, Lanes c, Lanes d, out Lanes r0, out Lanes r1, out Lanes r2, out Lanes r3)
    {
        Lanes evenSum = a.Plus(c), evenDifference = a.Minus(c), oddSum = b.Plus(d), oddDifference = b.Minus(d);
        r0 = evenSum.Plus(oddSum);
        r1 = evenSum.Minus(oddSum);
        r2 = evenDifference.PlusI(oddDifference);
        r3 = evenDifference.MinusI(oddDifference);
    }

    /// <summary>The butterfly after its factors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ForwardButterfly(
        Lanes a, Lanes b, Lanes c, Lanes d, out Lanes r0, out Lanes r1, out Lanes r2, out Lanes r3)
    {
        Lanes evenSum = a.Plus(b), evenDifference = a.Minus(b), oddSum = c.Plus(d), oddDifference = c.Minus(d);
        r0 = evenSum.Plus(oddSum);
        r1 = evenDifference.MinusI(oddDifference);
        r2 = evenSum.Minus(oddSum);
        r3 = evenDifference.PlusI(oddDifference);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void LoadPair(double* real, double* imaginary, out Lanes a, out Lanes b, out Lanes c, out Lanes d)
    {
        Lanes first = new(real, imaginary), second = new(real + Width, imaginary + Width);
        Lanes third = new(real + 2 * Width, imaginary + 2 * Width), fourth = new(real + 3 * Width, imaginary + 3 * Width);
        a = first.LowerHalves(third);
        b = first.UpperHalves(third);
        c = second.LowerHalves(fourth);
        d = second.UpperHalves(fourth);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StorePair(double* real, double* imaginary, Lanes a, Lanes b, Lanes c, Lanes d)
    {
        a.LowerHalves(b).Store(real, imaginary);
        c.LowerHalves(d).Store(real + Width, imaginary + Width);
        a.UpperHalves(b).Store(real + 2 * Width, imaginary + 2 * Width);
        c.UpperHalves(d).Store(real + 3 * Width, imaginary + 3 * Width);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void LoadNeighbours(double* real, double* imaginary, out Lanes a, out Lanes b, out Lanes c, out Lanes d)
    {
        TSimd.Deinterleave4(
            TSimd.Load(real), TSimd.Load(real + Width), TSimd.Load(real + 2 * Width), TSimd.Load(real + 3 * Width),
            out var ar, out var br, out var cr, out var dr);
        TSimd.Deinterleave4(
            TSimd.Load(imaginary), TSimd.Load(imaginary + Width), TSimd.Load(imaginary + 2 * Width),
            TSimd.Load(imaginary + 3 * Width), out var ai, out var bi, out var ci, out var di);
        a = new Lanes(ar, ai);
        b = new Lanes(br, bi);
        c = new Lanes(cr, ci);
        d = new Lanes(dr, di);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreNeighbours(double* real, double* imaginary, Lanes a, Lanes b, Lanes c, Lanes d)
    {
        TSimd.Interleave4(a.Real, b.Real, c.Real, d.Real, out var r0, out var r1, out var r2, out var r3);
        TSimd.Interleave4(
            a.Imaginary, b.Imaginary, c.Imaginary, d.Imaginary,
            out var i0, out var i1, out var i2, out var i3);
        new Lanes(r0, i0).Store(real, imaginary);
        new Lanes(r1, i1).Store(real + Width, imaginary + Width);
        new Lanes(r2, i2).Store(real + 2 * Width, imaginary + 2 * Width);
        new Lanes(r3, i3).Store(real + 3 * Width, imaginary + 3 * Width);
    }

    /// <summary>A vector of complex numbers.</summary>
    private readonly struct Lanes
    {
        public readonly TVector Real;
        public readonly TVector Imaginary;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Lanes(TVector real, TVector imaginary)
        {
            Real = real;
            Imaginary = imaginary;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Lanes(double* real, double* imaginary)
        {
            Real = TSimd.Load(real);
            Imaginary = TSimd.Load(imaginary);
        }

        /// <summary>The first root of array <paramref name="array"/> of the pass with one root, in every lane.</summary>
        public static Lanes Broadcast(double* roots, int array)
        {
            var stride = EmbeddingRoots.Stride(1);
            return new Lanes(TSimd.Broadcast(roots[array * stride]), TSimd.Broadcast(roots[(array + 1) * stride]));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Store(double* real, double* imaginary)
        {
            TSimd.Store(real, Real);
            TSimd.Store(imaginary, Imaginary);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Lanes Plus(Lanes other) => new(TSimd.Add(Real, other.Real), TSimd.Add(Imaginary, other.Imaginary));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Lanes Minus(Lanes other) => new(TSimd.Subtract(Real, other.Real), TSimd.Subtract(Imaginary, other.Imaginary));

        /// <summary>this + i other.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Lanes PlusI(Lanes other) => new(TSimd.Subtract(Real, other.Imaginary), TSimd.Add(Imaginary, other.Real));

        /// <summary>this - i other.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Lanes MinusI(Lanes other) => new(TSimd.Add(Real, other.Imaginary), TSimd.Subtract(Imaginary, other.Real));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Lanes Times(Lanes root) => new(
            TSimd.MultiplySubtract(Real, root.Real, TSimd.Multiply(Imaginary, root.Imaginary)),
            TSimd.MultiplyAdd(Real, root.Imaginary, TSimd.Multiply(Imaginary, root.Real)));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Lanes TimesConjugate(Lanes root) => new(
            TSimd.MultiplyAdd(Real, root.Real, TSimd.Multiply(Imaginary, root.Imaginary)),
            TSimd.MultiplySubtract(Imaginary, root.Real, TSimd.Multiply(Real, root.Imaginary)));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Lanes LowerHalves(Lanes other) =>
            new(TSimd.LowerHalves(Real, other.Real), TSimd.LowerHalves(Imaginary, other.Imaginary));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Lanes UpperHalves(Lanes other) =>
            new(TSimd.UpperHalves(Real, other.Real), TSimd.UpperHalves(Imaginary, other.Imaginary));
    }
}
