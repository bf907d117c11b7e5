using System.Collections.Concurrent;
using System.Numerics;
using Crammed.Ckks.Arithmetic;
using Crammed.Ckks.Ring;

namespace Crammed.Ckks;

/// <summary>
/// Encodes vectors of up to N/2 real or complex numbers into plaintexts and back, by the canonical embedding with slots in the
/// order of the powers of five (Cheon, Kim, Kim, Song 2017). Thread-safe.
/// </summary>
/// <remarks>
/// Encoding multiplies by the scale and rounds each coefficient to an integer, an error of standard deviation sqrt(N/24) / scale per slot
/// and part (<see cref="NoiseEstimator.EncodeRounding(double)"/>). The transform computes in doubles and leaves a relative error of
/// standard deviation 0.6 sqrt(log2(N/2)) 2^-53, at most 7 log2(N/2) 2^-53, of the root mean square of the slots, each way; it
/// outweighs the rounding where scale * root mean square passes 2^52. Coefficients may be as large as the modulus allows: beyond 2^53
/// they are right to the precision of a double. Methods throw <see cref="ArgumentException"/> if there are too many values, if a
/// coefficient passes half the modulus of the level or is not a number, and if a plaintext belongs to other parameters, and
/// <see cref="ArgumentOutOfRangeException"/> for a level that the parameters do not have or a scale that is not positive and finite.
/// </remarks>
public sealed unsafe class CkksEncoder
{
    private readonly CkksParameters _parameters;
    private readonly SpecialFourierTransform _transform;
    private readonly ConcurrentDictionary<int, PeriodicBasis> _bases = new();

    public CkksEncoder(CkksParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        _parameters = parameters;
        _transform = new SpecialFourierTransform(parameters.SlotCount, EmbeddingKernels.OfWidth(parameters.Ring.Kernels.Width));
    }

    internal CkksParameters Parameters => _parameters;

    private RingContext Ring => _parameters.Ring;

    /// <summary>Encodes real numbers; missing slots are zero.</summary>
    public Plaintext Encode(ReadOnlySpan<double> values, int level, double scale)
    {
        using var coefficients = ToCoefficients(values, level, scale, _parameters.SlotCount);
        return Transform(coefficients, level, scale);
    }

    /// <summary>Encodes complex numbers; missing slots are zero.</summary>
    public Plaintext Encode(ReadOnlySpan<Complex> values, int level, double scale)
    {
        using var coefficients = ToCoefficients(values, level, scale, _parameters.SlotCount);
        return Transform(coefficients, level, scale);
    }

    /// <summary>Encodes real numbers at the canonical scale of the level; missing slots are zero.</summary>
    public Plaintext Encode(ReadOnlySpan<double> values, int level) => Encode(values, level, _parameters.ScaleAt(level));

    /// <summary>
    /// Encodes 2^k real numbers, repeated with period 2^k through all slots (sparse packing), by a transform of 2^k points: a polynomial
    /// in X^(N / 2^(k+1)), so that rounding errors are smaller too (<see cref="NoiseEstimator.EncodeRounding(double, int)"/>).
    /// </summary>
    public Plaintext EncodeSparse(ReadOnlySpan<double> values, int level, double scale)
    {
        var period = CheckPeriod(nameof(EncodeSparse), values.Length);
        using var coefficients = ToCoefficients(values, level, scale, period);
        return Transform(coefficients, level, scale);
    }

    /// <summary>Encodes 2^k complex numbers, repeated with period 2^k; as for real ones.</summary>
    public Plaintext EncodeSparse(ReadOnlySpan<Complex> values, int level, double scale)
    {
        var period = CheckPeriod(nameof(EncodeSparse), values.Length);
        using var coefficients = ToCoefficients(values, level, scale, period);
        return Transform(coefficients, level, scale);
    }

    /// <summary>
    /// What <see cref="EncodeSparse(ReadOnlySpan{double}, int, double)"/> makes of 2^k real numbers, at most N/16, kept as the 2^(k+1)
    /// values a limb that it has once transformed, and made without a transform of N points: for masks
    /// (<see cref="Evaluator.SumsOfRotations"/>).
    /// </summary>
    public PeriodicPlaintext EncodePeriodic(ReadOnlySpan<double> values, int level, double scale)
    {
        var period = CheckShortPeriod(nameof(EncodePeriodic), values.Length);
        CheckLevelAndScale(level, scale);
        // The kernels take vectors of eight.
        var length = Math.Max(2 * period, 8);
        double* slots = stackalloc double[2 * length], coefficients = slots + length;
        new Span<double>(slots, 2 * length).Clear();
        values.CopyTo(new Span<double>(slots, length));
        _transform.FromSlots(coefficients, slots, period);
        Ring.Kernels.ScaleAndRound(coefficients, coefficients, scale / period, length);
        var largest = EmbeddingKernels.LargestMagnitude(new ReadOnlySpan<double>(coefficients, length));
        _parameters.CheckCoefficient(nameof(EncodePeriodic), largest, level, scale);
        var limbs = Enumerable.Range(0, SwitchingKey.LimbsPerDigit(_parameters, level));
        var transformed = BasisOf(period).Values(coefficients, [.. limbs.Select(limb => _parameters.ExtendedModulusIndex(limb, level))]);
        return new PeriodicPlaintext(_parameters, transformed, 2 * period, level, scale, largest);
    }

    /// <summary>
    /// Many vectors as <see cref="EncodePeriodic"/> encodes one, for <see cref="Evaluator.SumsOfPeriodicProducts"/>.
    /// </summary>
    /// <param name="outputs">rows of the matrix</param>
    /// <param name="inputs">its columns</param>
    /// <param name="period">2^k, at most N/16</param>
    /// <param name="weights">the period of slots of row and column, or null for zeros; called on the threads of the loop</param>
    /// <param name="level">level of the products</param>
    /// <param name="scale">what weights are multiplied by</param>
    /// <param name="loop">runs bodies for 0 ... count - 1, as <see cref="Evaluator.ParallelFor"/> does, or null: in order</param>
    public PeriodicMatrix EncodePeriodicMatrix(
        int outputs, int inputs, int period, Func<int, int, double[]?> weights, int level, double scale,
        Action<int, Action<int>>? loop = null)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(inputs, 1);
        CheckShortPeriod(nameof(EncodePeriodicMatrix), period);
        CheckLevelAndScale(level, scale);
        var matrix = new PeriodicMatrix(_parameters, outputs, inputs, period, level, scale);
        try
        {
            var encoding = new PeriodicMatrixEncoding(_parameters, _transform, BasisOf(period), matrix);
            var largest = new double[matrix.BlockCount];
            loop ??= (count, body) =>
            {
                for (var i = 0; i < count; i++)
                    body(i);
            };
            loop(largest.Length, block => largest[block] = encoding.Encode(block, weights));
            matrix.Largest = largest.Max();
            return matrix;
        }
        catch
        {
            matrix.Dispose();
            throw;
        }
    }

    /// <summary>
    /// The same number in every slot, without a transform: coefficient 0 is the integer nearest to scale * real part, coefficient N/2 that
    /// nearest to scale * imaginary part, ties to even and without intermediate rounding, so that the slots are exact to 1 / (2 scale).
    /// </summary>
    public Plaintext EncodeConstant(Complex value, int level, double scale)
    {
        CheckLevelAndScale(level, scale);
        var integer = GaussianInteger.Of(value, scale);
        _parameters.CheckCoefficient(nameof(EncodeConstant), integer.Magnitude, level, scale);
        var polynomial = Ring.Rent(level + 1);
        for (var limb = 0; limb <= level; limb++)
        {
            (var first, var second) = integer.Residues(Ring.Tables[limb]);
            var values = polynomial.LimbSpan(limb);
            values[..(Ring.N / 2)].Fill(first);
            values[(Ring.N / 2)..].Fill(second);
        }
        return new Plaintext(_parameters, polynomial, level, scale, integer.Magnitude);
    }

    /// <summary>The real parts of all N/2 slots.</summary>
    public double[] Decode(Plaintext plaintext) => RealSlots(ReaderOf(plaintext), plaintext.Level, plaintext.Scale, _parameters.SlotCount);

    /// <summary>All N/2 slots.</summary>
    public Complex[] DecodeComplex(Plaintext plaintext) =>
        ComplexSlots(ReaderOf(plaintext), plaintext.Level, plaintext.Scale, _parameters.SlotCount);

    /// <summary>
    /// The real parts of the first 2^k = <paramref name="slotCount"/> slots of a plaintext whose slots repeat with that period, by a
    /// transform of as many points. Of slots that do not repeat, or whose errors differ, it gives the means over the repetitions.
    /// </summary>
    public double[] DecodeSparse(Plaintext plaintext, int slotCount) =>
        RealSlots(ReaderOf(plaintext), plaintext.Level, plaintext.Scale, CheckPeriod(nameof(DecodeSparse), slotCount));

    /// <summary>The first 2^k = <paramref name="slotCount"/> complex slots; as <see cref="DecodeSparse"/>.</summary>
    public Complex[] DecodeSparseComplex(Plaintext plaintext, int slotCount) =>
        ComplexSlots(ReaderOf(plaintext), plaintext.Level, plaintext.Scale, CheckPeriod(nameof(DecodeSparseComplex), slotCount));

    /// <summary>
    /// What <see cref="Encode(ReadOnlySpan{Complex}, int, double)"/> makes of the values, with limbs for the special moduli after those of
    /// q_0 ... q_level: for products with polynomials that await their division by P.
    /// </summary>
    internal RnsPolynomial EncodeExtended(ReadOnlySpan<Complex> values, int level, double scale)
    {
        using var coefficients = ToCoefficients(values, level, scale, _parameters.SlotCount);
        var polynomial = Ring.Rent(SwitchingKey.LimbsPerDigit(_parameters, level));
        for (var limb = 0; limb < polynomial.LimbCount; limb++)
            coefficients.Transform(polynomial.Limb(limb), _parameters.ExtendedModulusIndex(limb, level));
        return polynomial;
    }

    /// <summary>
    /// The rounded coefficients of real numbers before any modular transform: encryption adds its error to them first.
    /// </summary>
    internal IntegerPolynomial ToCoefficients(ReadOnlySpan<double> values, int level, double scale, int slotCount)
    {
        using var work = RentSlots(values.Length, slotCount);
        values.CopyTo(work.LimbSpan(0));
        return ToCoefficients(work, level, scale, slotCount);
    }

    /// <summary>The rounded coefficients of complex numbers, as for real ones.</summary>
    internal IntegerPolynomial ToCoefficients(ReadOnlySpan<Complex> values, int level, double scale, int slotCount)
    {
        using var work = RentSlots(values.Length, slotCount);
        var slots = work.LimbSpan(0);
        for (var i = 0; i < values.Length; i++)
        {
            slots[i] = values[i].Real;
            slots[slotCount + i] = values[i].Imaginary;
        }
        return ToCoefficients(work, level, scale, slotCount);
    }

    /// <summary>Real parts of slots from the limbs of a transformed polynomial; only those limbs are read that its size asks for.</summary>
    internal double[] RealSlots(LimbReader read, int level, double scale, int slotCount)
    {
        using var work = ToSlots(read, level, scale, slotCount);
        return work.LimbSpan(0)[..slotCount].ToArray();
    }

    /// <summary>As <see cref="RealSlots"/>, with imaginary parts.</summary>
    internal Complex[] ComplexSlots(LimbReader read, int level, double scale, int slotCount)
    {
        using var work = ToSlots(read, level, scale, slotCount);
        ReadOnlySpan<double> slots = work.LimbSpan(0);
        var values = new Complex[slotCount];
        for (var i = 0; i < values.Length; i++)
            values[i] = new Complex(slots[i], slots[slotCount + i]);
        return values;
    }

    private Plaintext Transform(IntegerPolynomial coefficients, int level, double scale)
    {
        var polynomial = Ring.Rent(level + 1);
        for (var limb = 0; limb <= level; limb++)
            coefficients.Transform(polynomial.Limb(limb), limb);
        return new Plaintext(_parameters, polynomial, level, scale, coefficients.Largest);
    }

    /// <summary>Room for slots in limb 0, real parts and then imaginary ones, all zero; limb 1 is for coefficients.</summary>
    private RnsPolynomial RentSlots(int valueCount, int slotCount)
    {
        if (valueCount > slotCount)
        {
            throw new ArgumentException(
                $"Encode: {valueCount} values do not fit the {slotCount} slots of {_parameters.Name}", nameof(valueCount));
        }
        var work = Ring.Rent(2);
        work.LimbSpan(0)[..(2 * slotCount)].Clear();
        return work;
    }

    /// <param name="work">slots as <see cref="RentSlots"/> lays them out; used up</param>
    /// <param name="level">level whose modulus bounds the coefficients</param>
    /// <param name="scale">what the slots are multiplied by</param>
    /// <param name="slotCount">how many slots there are before they repeat</param>
    private IntegerPolynomial ToCoefficients(RnsPolynomial work, int level, double scale, int slotCount)
    {
        CheckLevelAndScale(level, scale);
        double* slots = work.Limb(0), transformed = work.Limb(1);
        _transform.FromSlots(transformed, slots, slotCount);
        var coefficients = slotCount == _parameters.SlotCount ? transformed : slots;
        if (coefficients == slots)
            Spread(work.LimbSpan(0), work.LimbSpan(1)[..(2 * slotCount)]);
        Ring.Kernels.ScaleAndRound(coefficients, coefficients, scale / slotCount, Ring.N);
        var largest = EmbeddingKernels.LargestMagnitude(new ReadOnlySpan<double>(coefficients, Ring.N));
        _parameters.CheckCoefficient("Encode", largest, level, scale);
        return IntegerPolynomial.FromCoefficients(Ring, coefficients, largest);
    }

    /// <summary>m(X) to m(X^gap).</summary>
    private static void Spread(Span<double> destination, ReadOnlySpan<double> coefficients)
    {
        destination.Clear();
        var gap = destination.Length / coefficients.Length;
        for (var i = 0; i < coefficients.Length; i++)
            destination[gap * i] = coefficients[i];
    }

    private RnsPolynomial ToSlots(LimbReader read, int level, double scale, int slotCount)
    {
        var work = Ring.Rent(2);
        double* slots = work.Limb(0), coefficients = work.Limb(1);
        CentredCoefficients.Read(_parameters, read, level, 1 / scale, coefficients);
        var gap = _parameters.SlotCount / slotCount;
        for (var i = 1; gap > 1 && i < 2 * slotCount; i++)
            coefficients[i] = coefficients[gap * i];
        _transform.ToSlots(slots, coefficients, slotCount);
        return work;
    }

    private LimbReader ReaderOf(Plaintext plaintext)
    {
        ArgumentNullException.ThrowIfNull(plaintext);
        return plaintext.Parameters.Matches(_parameters)
            ? (destination, limb) => plaintext.Polynomial.LimbSpan(limb).CopyTo(new Span<double>(destination, Ring.N))
            : throw new ArgumentException(
                $"Decode: the plaintext belongs to {plaintext.Parameters.Name}, the encoder to {_parameters.Name}", nameof(plaintext));
    }

    private int CheckPeriod(string operation, int slotCount) => BitOperations.IsPow2(slotCount) && slotCount <= _parameters.SlotCount
        ? slotCount
        : throw new ArgumentException(
            $"{operation}: {slotCount} slots are not a power of two up to the {_parameters.SlotCount} slots of {_parameters.Name}",
            nameof(slotCount));

    private int CheckShortPeriod(string operation, int period)
    {
        CheckPeriod(operation, period);
        return 16 * period <= _parameters.N
            ? period
            : throw new ArgumentException($"{operation}: {period} numbers of a period are more than {_parameters.N / 16}");
    }

    private PeriodicBasis BasisOf(int period) => _bases.GetOrAdd(period, key => new PeriodicBasis(Ring, key));

    private void CheckLevelAndScale(int level, double scale)
    {
        _parameters.CheckLevel(level);
        if (!(scale > 0) || double.IsInfinity(scale))
            throw new ArgumentOutOfRangeException(nameof(scale), scale, "Encode: a scale is a positive number");
    }
}
