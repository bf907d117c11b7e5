using System.Runtime.CompilerServices;

namespace Crammed.Ckks.Arithmetic;

/// <summary>The negacyclic transforms; see <see cref="NttTables"/> for their structure.</summary>
internal sealed unsafe partial class SimdKernels<TSimd, TVector>
{
    /// <summary>Coefficients (32 KiB) up to which a block goes through all remaining passes while it stays in the nearest cache.</summary>
    private const int CacheBlock = 4096;

    private interface IReductionPolicy
    {
        static abstract bool Reduces { get; }
    }

    public override void ForwardNtt(double* values, NttTables tables)
    {
        var passes = tables.Passes;
        var wholePasses = WholePasses(tables);
        if (tables.HasLeadingStage)
            ForwardLeadingStage(values, tables);
        for (var i = 0; i < wholePasses; i++)
            Forward(values, tables, passes[i], 0, passes[i].Groups);
        var blocks = wholePasses == 0 ? 1 : passes[wholePasses].Groups;
        for (var block = 0; block < blocks; block++)
        {
            for (var i = wholePasses; i < passes.Length - 1; i++)
                Forward(values, tables, passes[i], block * (passes[i].Groups / blocks), passes[i].Groups / blocks);
            var groups = tables.Length / 4 / blocks;
            ForwardTail(values, tables, block * groups, groups);
        }
    }

    public override void InverseNtt(double* values, NttTables tables, double factor)
    {
        var passes = tables.Passes;
        var wholePasses = Math.Max(1, WholePasses(tables));
        var blocks = passes[wholePasses].Groups;
        for (var block = 0; block < blocks; block++)
        {
            var groups = tables.Length / 4 / blocks;
            InverseTail(values, tables, block * groups, groups);
            for (var i = passes.Length - 2; i >= wholePasses; i--)
                Inverse(values, tables, passes[i], block * (passes[i].Groups / blocks), passes[i].Groups / blocks);
        }
        for (var i = wholePasses - 1; i > 0; i--)
            Inverse(values, tables, passes[i], 0, passes[i].Groups);
        if (tables.HasLeadingStage)
        {
            Inverse(values, tables, passes[0], 0, passes[0].Groups);
            InverseLastStage(values, tables, factor);
        }
        else
        {
            InverseLastPass(values, tables, factor);
        }
    }

    /// <summary>How many passes run over the whole vector before blocks are small enough to go through the rest one by one.</summary>
    private static int WholePasses(NttTables tables)
    {
        var count = 0;
        while (count < tables.Passes.Length - 1 && 4 * tables.Passes[count].Quarter > CacheBlock)
            count++;
        return count;
    }

    private static void Forward(double* values, NttTables tables, NttPass pass, int firstGroup, int groupCount)
    {
        if (pass.ReducesForward)
            ForwardPass<Reducing>(values, tables, pass, firstGroup, groupCount);
        else
            ForwardPass<Lazy>(values, tables, pass, firstGroup, groupCount);
    }

    private static void Inverse(double* values, NttTables tables, NttPass pass, int firstGroup, int groupCount)
    {
        if (pass.ReducesInverse)
            InversePass<Reducing>(values, tables, pass, firstGroup, groupCount);
        else
            InversePass<Lazy>(values, tables, pass, firstGroup, groupCount);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ForwardLeadingStage(double* values, NttTables tables)
    {
        TVector p = TSimd.Broadcast(tables.Modulus.P), inverse = TSimd.Broadcast(tables.Modulus.Inverse);
        var w = TSimd.Broadcast(tables.Leading);
        var half = tables.Length / 2;
        for (var i = 0; i < half; i += TSimd.Width)
        {
            var u = TSimd.Load(values + i);
            var v = MultiplyLanes(TSimd.Load(values + half + i), w, p, inverse);
            TSimd.Store(values + i, TSimd.Add(u, v));
            TSimd.Store(values + half + i, TSimd.Subtract(u, v));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ForwardPass<TPolicy>(double* values, NttTables tables, NttPass pass, int firstGroup, int groupCount)
        where TPolicy : struct, IReductionPolicy
    {
        TVector p = TSimd.Broadcast(tables.Modulus.P), inverse = TSimd.Broadcast(tables.Modulus.Inverse);
        Factor iota = new(TSimd.Broadcast(tables.Iota), inverse);
        var quarter = pass.Quarter;
        var twiddles = tables.Table + pass.Twiddles;
        for (var group = firstGroup; group < firstGroup + groupCount; group++)
        {
            Factor w2 = new(TSimd.Broadcast(twiddles[group]), inverse);
            Factor w1 = new(TSimd.Broadcast(twiddles[pass.Groups + group]), inverse);
            Factor w3 = new(TSimd.Broadcast(twiddles[2 * pass.Groups + group]), inverse);
            var a = values + 4L * quarter * group;
            double* b = a + quarter, c = b + quarter, d = c + quarter;
            for (var i = 0; i < quarter; i += TSimd.Width)
            {
                var first = TSimd.Load(a + i);
                if (TPolicy.Reduces)
                    first = ReduceLanes(first, p, inverse);
                ForwardButterfly(
                    first, TSimd.Load(b + i), TSimd.Load(c + i), TSimd.Load(d + i), w1, w2, w3, iota, p,
                    out var r0, out var r1, out var r2, out var r3);
                TSimd.Store(a + i, r0);
                TSimd.Store(b + i, r1);
                TSimd.Store(c + i, r2);
                TSimd.Store(d + i, r3);
            }
        }
    }

    /// <summary>The last pass: butterflies of four neighbours; its results are centred.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ForwardTail(double* values, NttTables tables, int firstGroup, int groupCount)
    {
        TVector p = TSimd.Broadcast(tables.Modulus.P), inverse = TSimd.Broadcast(tables.Modulus.Inverse);
        Factor iota = new(TSimd.Broadcast(tables.Iota), inverse);
        var pass = tables.Passes[^1];
        var square = tables.Table + pass.Twiddles;
        var halves = tables.Table + tables.HalvesTwiddles;
        for (var group = firstGroup; group < firstGroup + groupCount; group += TSimd.Width)
        {
            // Every result has a variable of its own: one that is passed by reference twice would live in memory.
            var x = values + 4L * group;
            TVector x0 = TSimd.Load(x), x1 = TSimd.Load(x + TSimd.Width);
            TVector x2 = TSimd.Load(x + 2 * TSimd.Width), x3 = TSimd.Load(x + 3 * TSimd.Width);
            if (TSimd.Width == 8)
            {
                ForwardHalves(x0, x1, halves + group / 2, p, inverse, out var h0, out var h1);
                ForwardHalves(x2, x3, halves + group / 2 + 2, p, inverse, out var h2, out var h3);
                x0 = h0;
                x1 = h1;
                x2 = h2;
                x3 = h3;
            }
            TSimd.Deinterleave4(x0, x1, x2, x3, out var a, out var b, out var c, out var d);
            var first = pass.ReducesForward ? ReduceLanes(a, p, inverse) : a;
            Factor w2 = new(TSimd.Load(square + group), inverse);
            Factor w1 = new(TSimd.Load(square + pass.Groups + group), inverse);
            Factor w3 = new(TSimd.Load(square + 2 * pass.Groups + group), inverse);
            ForwardButterfly(
                first, b, c, d, w1, w2, w3, iota, p, out var r0, out var r1, out var r2, out var r3);
            TSimd.Interleave4(
                ReduceLanes(r0, p, inverse), ReduceLanes(r1, p, inverse), ReduceLanes(r2, p, inverse), ReduceLanes(r3, p, inverse),
                out var y0, out var y1, out var y2, out var y3);
            TSimd.Store(x, y0);
            TSimd.Store(x + TSimd.Width, y1);
            TSimd.Store(x + 2 * TSimd.Width, y2);
            TSimd.Store(x + 3 * TSimd.Width, y3);
        }
    }

    /// <summary>The stage of stride 4 on two eight-lane vectors, one group of eight each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ForwardHalves(
        TVector first, TVector second, double* twiddles, TVector p, TVector inverse, out TVector result0, out TVector result1)
    {
        var u = ReduceLanes(TSimd.LowerHalves(first, second), p, inverse);
        var w = TSimd.BroadcastHalves(twiddles[0], twiddles[1]);
        var v = MultiplyLanes(TSimd.UpperHalves(first, second), w, p, inverse);
        TVector sum = TSimd.Add(u, v), difference = TSimd.Subtract(u, v);
        result0 = TSimd.LowerHalves(sum, difference);
        result1 = TSimd.UpperHalves(sum, difference);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ForwardButterfly(
        TVector a, TVector b, TVector c, TVector d, Factor w1, Factor w2, Factor w3, Factor iota, TVector p,
        out TVector r0, out TVector r1, out TVector r2, out TVector r3)
    {
        b = w1.Times(b, p);
        c = w2.Times(c, p);
        d = w3.Times(d, p);
        TVector evenSum = TSimd.Add(a, c), evenDifference = TSimd.Subtract(a, c);
        TVector oddSum = TSimd.Add(b, d), oddDifference = iota.Times(TSimd.Subtract(b, d), p);
        r0 = TSimd.Add(evenSum, oddSum);
        r1 = TSimd.Subtract(evenSum, oddSum);
        r2 = TSimd.Add(evenDifference, oddDifference);
        r3 = TSimd.Subtract(evenDifference, oddDifference);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void InverseTail(double* values, NttTables tables, int firstGroup, int groupCount)
    {
        TVector p = TSimd.Broadcast(tables.Modulus.P), inverse = TSimd.Broadcast(tables.Modulus.Inverse);
        Factor iota = new(TSimd.Broadcast(tables.Iota), inverse);
        var pass = tables.Passes[^1];
        var twiddles = tables.Table + pass.Twiddles + pass.Groups - TSimd.Width;
        var halves = tables.Table + tables.HalvesTwiddles + tables.Length / 8 - 1;
        for (var group = firstGroup; group < firstGroup + groupCount; group += TSimd.Width)
        {
            var x = values + 4L * group;
            TSimd.Deinterleave4(
                TSimd.Load(x), TSimd.Load(x + TSimd.Width), TSimd.Load(x + 2 * TSimd.Width), TSimd.Load(x + 3 * TSimd.Width),
                out var a, out var b, out var c, out var d);
            Factor w2 = new(TSimd.Reverse(TSimd.Load(twiddles - group)), inverse);
            Factor w1 = new(TSimd.Reverse(TSimd.Load(twiddles + pass.Groups - group)), inverse);
            Factor w3 = new(TSimd.Reverse(TSimd.Load(twiddles + 2 * pass.Groups - group)), inverse);
            InverseButterfly(a, b, c, d, iota, p, out var r0, out var r1, out var r2, out var r3);
            var first = pass.ReducesInverse ? ReduceLanes(r0, p, inverse) : r0;
            TSimd.Interleave4(
                first, w1.Times(r1, p), w2.Times(r2, p), w3.Times(r3, p),
                out var y0, out var y1, out var y2, out var y3);
            if (TSimd.Width == 8)
            {
                InverseHalves(y0, y1, halves - group / 2, p, inverse, out var h0, out var h1);
                InverseHalves(y2, y3, halves - group / 2 - 2, p, inverse, out var h2, out var h3);
                y0 = h0;
                y1 = h1;
                y2 = h2;
                y3 = h3;
            }
            TSimd.Store(x, y0);
            TSimd.Store(x + TSimd.Width, y1);
            TSimd.Store(x + 2 * TSimd.Width, y2);
            TSimd.Store(x + 3 * TSimd.Width, y3);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void InverseHalves(
        TVector first, TVector second, double* twiddles, TVector p, TVector inverse, out TVector result0, out TVector result1)
    {
        TVector u = TSimd.LowerHalves(first, second), v = TSimd.UpperHalves(first, second);
        var sum = ReduceLanes(TSimd.Add(u, v), p, inverse);
        var w = TSimd.BroadcastHalves(twiddles[0], twiddles[-1]);
        var difference = MultiplyLanes(TSimd.Subtract(v, u), w, p, inverse);
        result0 = TSimd.LowerHalves(sum, difference);
        result1 = TSimd.UpperHalves(sum, difference);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void InversePass<TPolicy>(double* values, NttTables tables, NttPass pass, int firstGroup, int groupCount)
        where TPolicy : struct, IReductionPolicy
    {
        TVector p = TSimd.Broadcast(tables.Modulus.P), inverse = TSimd.Broadcast(tables.Modulus.Inverse);
        Factor iota = new(TSimd.Broadcast(tables.Iota), inverse);
        var quarter = pass.Quarter;
        var twiddles = tables.Table + pass.Twiddles + pass.Groups - 1;
        for (var group = firstGroup; group < firstGroup + groupCount; group++)
        {
            Factor w2 = new(TSimd.Broadcast(twiddles[-group]), inverse);
            Factor w1 = new(TSimd.Broadcast(twiddles[pass.Groups - group]), inverse);
            Factor w3 = new(TSimd.Broadcast(twiddles[2 * pass.Groups - group]), inverse);
            var a = values + 4L * quarter * group;
            double* b = a + quarter, c = b + quarter, d = c + quarter;
            for (var i = 0; i < quarter; i += TSimd.Width)
            {
                InverseButterfly(
                    TSimd.Load(a + i), TSimd.Load(b + i), TSimd.Load(c + i), TSimd.Load(d + i), iota, p,
                    out var r0, out var r1, out var r2, out var r3);
                TSimd.Store(a + i, TPolicy.Reduces ? ReduceLanes(r0, p, inverse) : r0);
                TSimd.Store(b + i, w1.Times(r1, p));
                TSimd.Store(c + i, w2.Times(r2, p));
                TSimd.Store(d + i, w3.Times(r3, p));
            }
        }
    }

    /// <summary>The pass of one group, whose factors are multiplied by <paramref name="factor"/> first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void InverseLastPass(double* values, NttTables tables, double factor)
    {
        var modulus = tables.Modulus;
        TVector p = TSimd.Broadcast(modulus.P), inverse = TSimd.Broadcast(modulus.Inverse);
        Factor iota = new(TSimd.Broadcast(tables.Iota), inverse);
        var twiddles = tables.Table + tables.Passes[0].Twiddles;
        Factor w0 = new(TSimd.Broadcast(factor), inverse);
        Factor w2 = new(TSimd.Broadcast(CentredProduct(twiddles[0], factor, modulus)), inverse);
        Factor w1 = new(TSimd.Broadcast(CentredProduct(twiddles[1], factor, modulus)), inverse);
        Factor w3 = new(TSimd.Broadcast(CentredProduct(twiddles[2], factor, modulus)), inverse);
        var quarter = tables.Length / 4;
        double* a = values, b = a + quarter, c = b + quarter, d = c + quarter;
        for (var i = 0; i < quarter; i += TSimd.Width)
        {
            InverseButterfly(
                TSimd.Load(a + i), TSimd.Load(b + i), TSimd.Load(c + i), TSimd.Load(d + i), iota, p,
                out var r0, out var r1, out var r2, out var r3);
            TSimd.Store(a + i, ReduceLanes(w0.Times(r0, p), p, inverse));
            TSimd.Store(b + i, ReduceLanes(w1.Times(r1, p), p, inverse));
            TSimd.Store(c + i, ReduceLanes(w2.Times(r2, p), p, inverse));
            TSimd.Store(d + i, ReduceLanes(w3.Times(r3, p), p, inverse));
        }
    }

    /// <summary>The inverse of the leading radix-2 stage, times <paramref name="factor"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void InverseLastStage(double* values, NttTables tables, double factor)
    {
        var modulus = tables.Modulus;
        TVector p = TSimd.Broadcast(modulus.P), inverse = TSimd.Broadcast(modulus.Inverse);
        var w0 = TSimd.Broadcast(factor);
        var w = TSimd.Broadcast(CentredProduct(tables.Leading, factor, modulus));
        var half = tables.Length / 2;
        for (var i = 0; i < half; i += TSimd.Width)
        {
            TVector u = TSimd.Load(values + i), v = TSimd.Load(values + half + i);
            var sum = MultiplyLanes(TSimd.Add(u, v), w0, p, inverse);
            var difference = MultiplyLanes(TSimd.Subtract(v, u), w, p, inverse);
            TSimd.Store(values + i, ReduceLanes(sum, p, inverse));
            TSimd.Store(values + half + i, ReduceLanes(difference, p, inverse));
        }
    }

    /// <summary>The butterfly before its factors: see <see cref="NttTables"/> for the signs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void InverseButterfly(
        TVector a, TVector b, TVector c, TVector d, Factor iota, TVector p,
        out TVector r0, out TVector r1, out TVector r2, out TVector r3)
    {
        TVector evenSum = TSimd.Add(a, b), oddSum = TSimd.Add(c, d);
        var evenDifference = iota.Times(TSimd.Subtract(a, b), p);
        var oddDifference = TSimd.Subtract(d, c);
        r0 = TSimd.Add(evenSum, oddSum);
        r1 = TSimd.Subtract(oddDifference, evenDifference);
        r2 = TSimd.Subtract(oddSum, evenSum);
        r3 = TSimd.Add(evenDifference, oddDifference);
    }

    private static double CentredProduct(double left, double right, Modulus modulus) =>
        modulus.Centre(modulus.Multiply(modulus.Canonical(left), modulus.Canonical(right)));

    /// <summary>
    /// A factor with its quotient by p, which shortens the chain of dependent instructions: the quotient of a product does not wait for the
    /// product. Bounds are those of <see cref="MultiplyLanes"/>.
    /// </summary>
    private readonly struct Factor
    {
        private readonly TVector _factor;
        private readonly TVector _quotient;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Factor(TVector factor, TVector inverse)
        {
            _factor = factor;
            _quotient = TSimd.Multiply(factor, inverse);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Times(TVector value, TVector p)
        {
            var high = TSimd.Multiply(value, _factor);
            var quotient = TSimd.Round(TSimd.Multiply(value, _quotient));
            var low = TSimd.MultiplySubtract(value, _factor, high);
            return TSimd.Add(TSimd.NegatedMultiplyAdd(quotient, p, high), low);
        }
    }

    private readonly struct Reducing : IReductionPolicy
    {
        public static bool Reduces => true;
    }

    private readonly struct Lazy : IReductionPolicy
    {
        public static bool Reduces => false;
    }
}
