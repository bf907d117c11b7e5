using Crammed.Ckks.Arithmetic;
using Crammed.Ckks.Ring;

namespace Crammed.Ckks;

/// <summary>
/// An encoded vector of real slots that repeat with a period of n: a polynomial in X^(N/2n), which once transformed has 2n values a limb,
/// each N/2n times in a row. It has limbs for q_0 ... q_Level and, as a mask of sums that await their division by P, for the special
/// primes. Immutable, and small: 2n numbers a limb instead of N.
/// </summary>
public sealed class PeriodicPlaintext
{
    private readonly double[] _values;

    internal PeriodicPlaintext(CkksParameters parameters, double[] values, int runs, int level, double scale, double largest)
    {
        (Parameters, _values, Runs, Level, Scale, Largest) = (parameters, values, runs, level, scale, largest);
    }

    public CkksParameters Parameters { get; }

    public int Level { get; }

    public double Scale { get; }

    /// <summary>2n: values a limb.</summary>
    internal int Runs { get; }

    /// <summary>Bound on the coefficients' size.</summary>
    internal double Largest { get; }

    /// <summary>The values, centred, of a limb of polynomials over q_0 ... q_level and P, level at most <see cref="Level"/>.</summary>
    internal ReadOnlySpan<double> Limb(int limb, int level) =>
        _values.AsSpan((limb <= level ? limb : limb - level + Level) * Runs, Runs);
}

/// <summary>
/// The values of X^(N j / 2n), j &lt; 2n, once transformed. Value i of a transform is taken at ψ^(2 rev(i) + 1), so those of run r are
/// powers of the root ω = ψ^(N/2n) of order 4n: ω^(j (2 rev(r) + 1)), rev reversing the bits of numbers below 2n.
/// </summary>
internal sealed unsafe class PeriodicBasis
{
    private readonly RingContext _ring;
    private readonly int _runs;

    /// <summary>By modulus: of each run the values of all j, in blocks of runs as the matrix product takes its weights.</summary>
    private readonly Lazy<double[]>[] _powers;

    public PeriodicBasis(RingContext ring, int period)
    {
        (_ring, _runs) = (ring, 2 * period);
        _powers = [.. Enumerable.Range(0, ring.Moduli.Length).Select(index => new Lazy<double[]>(() => PowersOf(index)))];
    }

    /// <summary>The values of Σ_j coefficients[j] X^(N j / 2n) modulo each of the given primes of the ring, 2n of each.</summary>
    public double[] Values(double* coefficients, IReadOnlyList<int> moduli)
    {
        var values = new double[moduli.Count * _runs];
        var residues = stackalloc double[_runs];
        double** results = stackalloc double*[2 * _runs], operands = results + _runs;
        fixed (double* first = values)
        {
            for (var i = 0; i < moduli.Count; i++)
            {
                var modulus = _ring.Moduli[moduli[i]];
                for (var j = 0; j < _runs; j++)
                {
                    residues[j] = modulus.Centre(modulus.Reduce(coefficients[j]));
                    operands[j] = residues + j;
                    results[j] = first + i * _runs + j;
                }
                Transform(results, operands, 1, moduli[i]);
            }
        }
        return values;
    }

    /// <summary>
    /// The same for many polynomials, modulo one prime: operands[j] holds coefficients j, reduced, of all of them, results[r] their values
    /// of run r.
    /// </summary>
    public void Transform(double** results, double** operands, int count, int modulusIndex)
    {
        fixed (double* powers = _powers[modulusIndex].Value)
            _ring.Kernels.MultiplyMatrix(results, _runs, operands, _runs, powers, 0, count, adds: false, _ring.Moduli[modulusIndex]);
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
        const int rows = VectorKernels.WeightRows;
        var powers = new double[(_runs + rows - 1) / rows * rows * _runs];
        for (var run = 0; run < _runs; run++)
        {
            for (var j = 0; j < _runs; j++)
                powers[(run / rows * _runs + j) * rows + run % rows] = roots[(long)j * (2 * reversed[run] + 1) % order];
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
