using System.Numerics;
using System.Runtime.CompilerServices;

namespace Crammed.Ckks.Arithmetic;

/// <summary>
/// One radix-4 pass of the transform: <see cref="Groups"/> groups of 4 * <see cref="Quarter"/> coefficients each.
/// </summary>
/// <param name="Groups">groups in the pass, a power of two</param>
/// <param name="Quarter">distance between the four operands of a butterfly</param>
/// <param name="Twiddles">index in the table of the pass's three runs of one factor per group: w^2, w and w^3</param>
/// <param name="ReducesForward">whether the forward pass must reduce its first operand to stay below 2^53</param>
/// <param name="ReducesInverse">whether the inverse pass must reduce its first result</param>
internal readonly record struct NttPass(int Groups, int Quarter, int Twiddles, bool ReducesForward, bool ReducesInverse);

/// <summary>
/// Roots of unity and pass structure of the negacyclic transform of length N modulo one prime, for vectors of a given width.
/// The table holds N doubles and serves both directions.
/// </summary>
/// <remarks>
/// The forward transform is Cooley and Tukey's with ψ merged in (Pöppelmann, Oder, Güneysu 2015): natural order in, bit-reversed
/// order out, so that result i is the value of the polynomial at ψ^(2 rev(i) + 1). Two stages make one radix-4 pass; group i of a
/// pass of m groups multiplies its operands by w^2 = ψ^rev(m+i), w and w^3, and one result by ι = ψ^(N/2). The inverse needs no
/// table of its own: with i' = m - 1 - i, the inverses of w^2, w and w^3 are -w'^2, -ι w' and ι w'^3. If log N leaves an odd number
/// of stages, a radix-2 stage comes first; eight-lane vectors do the stage of stride 4 inside registers.
/// </remarks>
internal sealed unsafe class NttTables
{
    /// <summary>The largest input of the forward transform.</summary>
    public const double ForwardInputBound = 1L << 52;

    /// <summary>The largest input of the inverse transform, in multiples of p.</summary>
    public const double InverseInputBound = 1;

    /// <summary>The smallest length: one step of the last pass in eight-lane vectors after one radix-4 pass.</summary>
    public const int MinLength = 128;

    private readonly double[] _table;

    public NttTables(Modulus modulus, int length, int width)
    {
        if (!BitOperations.IsPow2(length) || length < MinLength || (modulus.Value - 1) % (2 * (ulong)length) != 0)
            throw new ArgumentException($"there is no negacyclic transform of length {length} modulo {modulus}", nameof(length));
        Modulus = modulus;
        Length = length;
        _table = GC.AllocateArray<double>(length, pinned: true);
        Table = (double*)Unsafe.AsPointer(ref _table[0]);

        var powers = BitReversedPowers(modulus, length);
        Iota = modulus.Centre(powers[1]);
        LengthInverse = modulus.Invert((ulong)length);
        var stagesBeforeTail = BitOperations.Log2((uint)length) - (width == 8 ? 3 : 2);
        HasLeadingStage = stagesBeforeTail % 2 != 0;
        Leading = modulus.Centre(powers[1]);

        var shapes = new List<(int Groups, int Twiddles)>();
        var next = 0;
        for (var groups = HasLeadingStage ? 2 : 1; stagesBeforeTail >= 2; groups *= 4, stagesBeforeTail -= 2)
            next = AddPass(powers, groups, next, shapes);
        if (width == 8)
        {
            HalvesTwiddles = next;
            for (var group = 0; group < length / 8; group++)
                _table[next++] = modulus.Centre(powers[length / 8 + group]);
        }
        AddPass(powers, length / 4, next, shapes);
        Passes = DecideReductions(shapes, width);
    }

    public Modulus Modulus { get; }

    public int Length { get; }

    /// <summary>ι = ψ^(N/2), a square root of -1, centred.</summary>
    public double Iota { get; }

    /// <summary>N^-1 modulo p.</summary>
    public ulong LengthInverse { get; }

    public bool HasLeadingStage { get; }

    /// <summary>The factor of the leading radix-2 stage.</summary>
    public double Leading { get; }

    /// <summary>Index in the table of the factors of the stage of stride 4; used by eight-lane vectors only.</summary>
    public int HalvesTwiddles { get; }

    /// <summary>The radix-4 passes in forward order; the last one works on four neighbours.</summary>
    public NttPass[] Passes { get; }

    public double* Table { get; }

    /// <summary>ψ^rev(i) for i in [0, N), rev reversing log2 N bits.</summary>
    private static ulong[] BitReversedPowers(Modulus modulus, int length)
    {
        var root = PrimitiveRoot(modulus, 2 * (ulong)length);
        var powers = new ulong[length];
        powers[0] = 1;
        // Setting bit b of the index (from the top) multiplies by ψ^(2^(log N - 1 - b)).
        var factor = modulus.Power(root, (ulong)length / 2);
        for (var half = 1; half < length; half *= 2)
        {
            for (var i = 0; i < half; i++)
                powers[half + i] = modulus.Multiply(powers[i], factor);
            if (half * 2 < length)
                factor = modulus.Power(root, (ulong)(length / (4 * half)));
        }
        return powers;
    }

    /// <summary>The root of unity of the given order (a power of two) that the smallest suitable base gives.</summary>
    private static ulong PrimitiveRoot(Modulus modulus, ulong order)
    {
        for (ulong @base = 2; ; @base++)
        {
            var root = modulus.Power(@base, (modulus.Value - 1) / order);
            if (modulus.Power(root, order / 2) == modulus.Value - 1)
                return root;
        }
    }

    private int AddPass(ulong[] powers, int groups, int next, List<(int Groups, int Twiddles)> shapes)
    {
        shapes.Add((groups, next));
        for (var group = 0; group < groups; group++)
        {
            var square = powers[groups + group];
            var first = powers[2 * (groups + group)];
            _table[next + group] = Modulus.Centre(square);
            _table[next + groups + group] = Modulus.Centre(first);
            _table[next + 2 * groups + group] = Modulus.Centre(Modulus.Multiply(square, first));
        }
        return next + 3 * groups;
    }

    /// <summary>
    /// Follows the bound on |x|/p through the passes with |a*w mod p| &lt;= p/2 + 1.5 |a w| 2^-52, |w| &lt;= p/2, and asks for a
    /// reduction only where 2^53 would be passed. For primes up to about 38 bits no pass needs one.
    /// </summary>
    private NttPass[] DecideReductions(List<(int Groups, int Twiddles)> shapes, int width)
    {
        var p = Modulus.P;
        var limit = Math.ScaleB(1, 53) / p;
        var reduced = 0.5 + Math.ScaleB(1, -20);
        var slope = 0.75 * p * Math.ScaleB(1, -52);
        double Product(double bound) => reduced + slope * bound;
        var passes = new NttPass[shapes.Count];

        var forward = ForwardInputBound / p;
        if (HasLeadingStage)
            forward += Product(forward);
        for (var i = 0; i < passes.Length; i++)
        {
            if (width == 8 && i == passes.Length - 1)
                forward = reduced + Product(forward);
            var grown = forward + 3 * Product(forward);
            var reduces = grown > limit;
            passes[i] = new NttPass(shapes[i].Groups, Length / (4 * shapes[i].Groups), shapes[i].Twiddles, reduces, false);
            forward = reduces ? reduced + 3 * Product(forward) : grown;
            Require(forward <= limit);
        }

        var inverse = InverseInputBound;
        for (var i = passes.Length - 1; i >= 0; i--)
        {
            Require(4 * inverse <= limit);
            var multiplied = Math.Max(Product(4 * inverse), Product(2 * inverse + Product(2 * inverse)));
            var reduces = 16 * inverse > limit;
            passes[i] = passes[i] with { ReducesInverse = reduces };
            inverse = Math.Max(multiplied, reduces ? reduced : 4 * inverse);
            if (width == 8 && i == passes.Length - 1)
                inverse = Math.Max(reduced, Product(2 * inverse));
        }
        Require(4 * inverse <= limit || !HasLeadingStage);
        return passes;
    }

    private void Require(bool holds)
    {
        if (!holds)
            throw new InvalidOperationException($"the transform of length {Length} modulo {Modulus} would pass 2^53");
    }
}
