using Crammed.Ckks.Ring;

namespace Crammed.Ckks;

/// <summary>
/// An encoded vector of real slots that repeat with a period of n: a polynomial in X^(N/2n), which once transformed has 2n values a limb,
/// each N/2n times in a row. Immutable, and small: 2n numbers a limb instead of N.
/// </summary>
public sealed class PeriodicPlaintext
{
    private readonly double[] _values;

    internal PeriodicPlaintext(CkksParameters parameters, double[] values, int level, double scale, double largest)
    {
        (Parameters, _values, Level, Scale, Largest) = (parameters, values, level, scale, largest);
        Runs = values.Length / (level + 1);
    }

    public CkksParameters Parameters { get; }

    public int Level { get; }

    public double Scale { get; }

    /// <summary>2n: values a limb.</summary>
    internal int Runs { get; }

    /// <summary>Bound on the coefficients' size.</summary>
    internal double Largest { get; }

    /// <summary>The value, centred, of residue <paramref name="index"/> of a limb.</summary>
    internal double At(int limb, int index) => _values[limb * Runs + index / (Parameters.N / Runs)];
}

/// <summary>
/// The values of X^(N j / 2n), j &lt; 2n, once transformed. Value i of a transform is taken at ψ^(2 rev(i) + 1), so those of run r are
/// powers of the root ω = ψ^(N/2n) of order 4n: ω^(j (2 rev(r) + 1)), rev reversing the bits of numbers below 2n.
/// </summary>
internal sealed unsafe class PeriodicBasis
{
    private readonly RingContext _ring;
    private readonly int _runs;

    /// <summary>By modulus: of each j the values of all runs, filled up to vectors of eight.</summary>
    private readonly Lazy<double[]>[] _powers;

    public PeriodicBasis(RingContext ring, int period)
    {
        (_ring, _runs) = (ring, 2 * period);
        _powers = [.. Enumerable.Range(0, ring.Moduli.Length).Select(index => new Lazy<double[]>(() => PowersOf(index)))];
    }

    private int Stride => Math.Max(_runs, 8);

    /// <summary>The values of Σ_j coefficients[j] X^(N j / 2n) modulo q_0 ... q_level.</summary>
    public double[] Values(double* coefficients, int level)
    {
        var values = new double[(level + 1) * _runs];
        var sums = stackalloc double[Stride];
        for (var limb = 0; limb <= level; limb++)
        {
            var modulus = _ring.Moduli[limb];
            new Span<double>(sums, Stride).Clear();
            fixed (double* powers = _powers[limb].Value)
            {
                for (var j = 0; j < _runs; j++)
                {
                    var coefficient = modulus.Centre(modulus.Reduce(coefficients[j]));
                    if (coefficient != 0)
                        _ring.Kernels.MultiplyConstantAdd(sums, powers + j * Stride, coefficient, Stride, modulus);
                }
            }
            for (var run = 0; run < _runs; run++)
                values[limb * _runs + run] = modulus.Centre(modulus.Canonical(sums[run]));
        }
        return values;
    }

    private double[] PowersOf(int index)
    {
        var modulus = _ring.Moduli[index];
        var order = 2 * _runs;
        var roots = new double[order];
        var root = Root(index);
        for (ulong i = 0, power = 1; i < (ulong)order; i++, power = modulus.Multiply(power, root))
            roots[i] = modulus.Centre(power);
        var reversed = BitReversal.Table(System.Numerics.BitOperations.Log2((uint)_runs));
        var powers = new double[_runs * Stride];
        for (var j = 0; j < _runs; j++)
        {
            for (var run = 0; run < _runs; run++)
                powers[j * Stride + run] = roots[(long)j * (2 * reversed[run] + 1) % order];
        }
        return powers;
    }

    /// <summary>ω: the first value of X^(N/2n), whose exponent is 1.</summary>
    private ulong Root(int index)
    {
        using var monomial = _ring.Rent(1);
        monomial.LimbSpan(0).Clear();
        monomial.Limb(0)[_ring.N / _runs] = 1;
        _ring.ForwardNtt(monomial.Limb(0), index);
        return _ring.Moduli[index].Canonical(monomial.Limb(0)[0]);
    }
}
