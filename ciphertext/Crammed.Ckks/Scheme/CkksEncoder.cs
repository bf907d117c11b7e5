using System.Numerics;
using Crammed.Ckks.Ring;

namespace Crammed.Ckks;

/// <summary>
/// Encodes vectors of up to N/2 real or complex numbers into plaintexts and back, by the canonical embedding with slots in the
/// order of the powers of five. Thread-safe.
/// </summary>
/// <remarks>
/// Encoding rounds each coefficient to an integer, an error of standard deviation sqrt(N/24) / scale per slot and part
/// (<see cref="NoiseEstimator.EncodeRounding"/>). The transform itself computes in doubles and leaves a relative error of about
/// 2^-50 of the root mean square of the slots, which matters only where scale * values pass 2^50.
/// </remarks>
public sealed unsafe class CkksEncoder
{
    private readonly CkksParameters _parameters;
    private readonly SpecialFourierTransform _transform;

    public CkksEncoder(CkksParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        _parameters = parameters;
        _transform = new SpecialFourierTransform(parameters.SlotCount, parameters.Ring.Kernels);
    }

    /// <summary>Encodes real numbers; missing slots are zero.</summary>
    /// <exception cref="ArgumentException">too many values, a level or scale out of range, or a value that is not finite or too
    /// large for the modulus of the level</exception>
    public Plaintext Encode(ReadOnlySpan<double> values, int level, double scale)
    {
        CheckCount(values.Length);
        using RnsPolynomial work = _parameters.Ring.Rent(2);
        Span<double> slots = work.LimbSpan(0);
        slots.Clear();
        values.CopyTo(slots);
        return EncodeSlots(work, level, scale);
    }

    /// <summary>Encodes complex numbers; missing slots are zero.</summary>
    /// <exception cref="ArgumentException">as for real numbers</exception>
    public Plaintext Encode(ReadOnlySpan<Complex> values, int level, double scale)
    {
        CheckCount(values.Length);
        using RnsPolynomial work = _parameters.Ring.Rent(2);
        Span<double> slots = work.LimbSpan(0);
        slots.Clear();
        for (int i = 0; i < values.Length; i++)
        {
            slots[i] = values[i].Real;
            slots[_parameters.SlotCount + i] = values[i].Imaginary;
        }
        return EncodeSlots(work, level, scale);
    }

    /// <summary>Encodes real numbers at the canonical scale of the level.</summary>
    /// <exception cref="ArgumentException">as above</exception>
    public Plaintext Encode(ReadOnlySpan<double> values, int level) => Encode(values, level, _parameters.ScaleAt(level));

    /// <summary>The real parts of all N/2 slots.</summary>
    public double[] Decode(Plaintext plaintext)
    {
        using RnsPolynomial work = DecodeSlots(plaintext);
        return work.LimbSpan(0)[.._parameters.SlotCount].ToArray();
    }

    /// <summary>All N/2 slots.</summary>
    public Complex[] DecodeComplex(Plaintext plaintext)
    {
        using RnsPolynomial work = DecodeSlots(plaintext);
        ReadOnlySpan<double> slots = work.LimbSpan(0);
        var values = new Complex[_parameters.SlotCount];
        for (int i = 0; i < values.Length; i++)
            values[i] = new Complex(slots[i], slots[values.Length + i]);
        return values;
    }

    private void CheckCount(int count)
    {
        if (count > _parameters.SlotCount)
        {
            throw new ArgumentException(
                $"Encode: {count} values do not fit the {_parameters.SlotCount} slots of {_parameters.Name}", nameof(count));
        }
    }

    /// <param name="work">real parts in the lower half of limb 0, imaginary parts in the upper one; limb 1 is scratch</param>
    /// <param name="level">level of the result</param>
    /// <param name="scale">what the slots are multiplied by</param>
    private Plaintext EncodeSlots(RnsPolynomial work, int level, double scale)
    {
        _parameters.CheckLevel(level);
        if (!(scale > 0) || double.IsInfinity(scale))
            throw new ArgumentOutOfRangeException(nameof(scale), scale, "Encode: a scale is a positive number");
        RingContext ring = _parameters.Ring;
        double* coefficients = work.Limb(0);
        _transform.FromSlots(coefficients, coefficients + _parameters.SlotCount, work.Limb(1));
        ring.Kernels.ScaleAndRound(coefficients, coefficients, scale / _parameters.SlotCount, ring.N);
        CheckMagnitude(work.LimbSpan(0), level, scale);
        RnsPolynomial polynomial = ring.Rent(level + 1);
        for (int limb = 0; limb <= level; limb++)
        {
            ring.Kernels.Reduce(polynomial.Limb(limb), coefficients, ring.N, ring.Moduli[limb]);
            ring.ForwardNtt(polynomial.Limb(limb), limb);
        }
        return new Plaintext(_parameters, polynomial, level, scale);
    }

    /// <summary>
    /// Coefficients must lie below Q/2, or they wrap around, and below 2^51 of the smallest prime, or reducing them is inexact.
    /// </summary>
    private void CheckMagnitude(ReadOnlySpan<double> coefficients, int level, double scale)
    {
        double log2Modulus = 0;
        double log2Smallest = double.PositiveInfinity;
        for (int limb = 0; limb <= level; limb++)
        {
            double log2 = Math.Log2(_parameters.Moduli[limb]);
            log2Modulus += log2;
            log2Smallest = Math.Min(log2Smallest, log2);
        }
        double log2Limit = Math.Min(log2Modulus - 1, log2Smallest + 51);
        double limit = Math.Pow(2, log2Limit);
        foreach (double coefficient in coefficients)
        {
            if (!(Math.Abs(coefficient) < limit))
            {
                throw new ArgumentException(
                    $"Encode: a coefficient of {coefficient:G3} passes 2^{log2Limit:F1} at level {level} and scale "
                    + $"2^{Math.Log2(scale):F1}, or is not a number; use smaller values, a smaller scale or a higher level");
            }
        }
    }

    private RnsPolynomial DecodeSlots(Plaintext plaintext)
    {
        if (!plaintext.Parameters.Matches(_parameters))
            throw new ArgumentException("Decode: the plaintext belongs to other parameters", nameof(plaintext));
        RingContext ring = _parameters.Ring;
        RnsPolynomial work = ring.Rent(2);
        ToCoefficients(plaintext, work.Limb(0));
        Scale(work.LimbSpan(0), 1 / plaintext.Scale);
        double* values = work.Limb(0);
        _transform.ToSlots(values, values + _parameters.SlotCount, work.Limb(1));
        return work;
    }

    private static void Scale(Span<double> values, double factor)
    {
        foreach (ref double value in values)
            value *= factor;
    }

    /// <summary>The centred coefficients, rounded to doubles.</summary>
    private void ToCoefficients(Plaintext plaintext, double* destination)
    {
        RingContext ring = _parameters.Ring;
        int count = plaintext.Level + 1;
        using RnsPolynomial digits = ring.Rent(count);
        digits.CopyLimbsFrom(plaintext.Polynomial, count);
        double** limbs = stackalloc double*[count];
        for (int limb = 0; limb < count; limb++)
        {
            limbs[limb] = digits.Limb(limb);
            ring.InverseNtt(limbs[limb], limb);
        }
        _parameters.BaseConversions.Ciphertext.ToMixedRadix(limbs, count);
        digits.LimbSpan(count - 1).CopyTo(new Span<double>(destination, ring.N));
        for (int limb = count - 2; limb >= 0; limb--)
        {
            double modulus = _parameters.Moduli[limb];
            for (int i = 0; i < ring.N; i++)
                destination[i] = Math.FusedMultiplyAdd(destination[i], modulus, limbs[limb][i]);
        }
    }
}
